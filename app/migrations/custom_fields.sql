-- Whatever changes a definition gives the set a stamp never used before: processes that keep the definitions in memory
-- compare it. It belongs to the transaction that changes, so nobody sees the stamp before the change.

CREATE OR REPLACE FUNCTION custom_field_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO settings_stamp (name, stamp) VALUES ('custom_field', gen_random_uuid())
        ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER custom_field_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON custom_field
    FOR EACH STATEMENT EXECUTE FUNCTION custom_field_stamp();

INSERT INTO settings_stamp (name, stamp) VALUES ('custom_field', gen_random_uuid());
