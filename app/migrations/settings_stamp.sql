-- Whatever changes a word of the dictionary, a parameter or the text of a message gives the settings a stamp never used
-- before: processes that keep them in memory compare it.

CREATE OR REPLACE FUNCTION settings_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO settings_stamp (name, stamp) VALUES ('settings', gen_random_uuid())
        ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER settings_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dict_item
    FOR EACH STATEMENT EXECUTE FUNCTION settings_stamp();
CREATE OR REPLACE TRIGGER settings_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON parameter
    FOR EACH STATEMENT EXECUTE FUNCTION settings_stamp();
CREATE OR REPLACE TRIGGER settings_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON notice_text
    FOR EACH STATEMENT EXECUTE FUNCTION settings_stamp();

INSERT INTO settings_stamp (name, stamp) VALUES ('settings', gen_random_uuid()) ON CONFLICT (name) DO NOTHING;
