// Security keys: the form's button asks the browser for a key, then sends what it answered. Options stand in the form's data.
(() => {
  const form = document.querySelector('[data-webauthn]'); if (!form) return;
  const fault = form.querySelector('[data-fault]'), field = form.querySelector('[name=credential]');
  const K = window.PublicKeyCredential, create = form.dataset.webauthn === 'create';
  if (!K || !K.parseCreationOptionsFromJSON) { form.hidden = !create; if (create) { fault.hidden = false; fault.textContent = form.dataset.tNone; } return; }
  form.hidden = false;
  let done = false;
  form.addEventListener('submit', async event => {
    if (done) return;
    event.preventDefault(); event.stopImmediatePropagation();
    fault.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const made = create
        ? await navigator.credentials.create({ publicKey: K.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: K.parseRequestOptionsFromJSON(options) });
      field.value = JSON.stringify(made.toJSON());
      done = true;
      form.submit();
    } catch (e) { fault.hidden = false; fault.textContent = form.dataset.tFault; }
  }, true);
})();
