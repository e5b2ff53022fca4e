// The form of a custom field: only what the chosen type needs is shown, and options get more rows.
(() => {
  const NEEDS = {
    options: ['choice', 'choices'], max_length: ['text', 'long'],
    at_least: ['int', 'decimal', 'date'], at_most: ['int', 'decimal', 'date'],
  };

  function fit(type) {
    Object.entries(NEEDS).forEach(([name, types]) => {
      const at = document.getElementById(name), row = at && at.closest('.g-f');
      if (row) row.hidden = !types.includes(type.value);
    });
  }

  function another(box) {
    const body = box.querySelector('tbody'), last = body.lastElementChild, line = last.cloneNode(true);
    const number = body.children.length;
    line.querySelectorAll('input').forEach(input => {
      input.name = input.name.replace(/-\d+-/, `-${number}-`);
      input.setAttribute('aria-label', input.getAttribute('aria-label').replace(/\d+/, number + 1));
      if (input.type === 'checkbox') input.checked = true; else input.value = '';
    });
    body.append(line);
    line.querySelector('input').focus();
  }

  document.addEventListener('DOMContentLoaded', () => {
    const type = document.getElementById('type');
    if (type) { fit(type); type.form.addEventListener('input', () => fit(type)); }
    document.querySelectorAll('[data-options]').forEach(box => {
      const more = document.createElement('button');
      more.type = 'button'; more.className = 'btn btn-sm'; more.textContent = box.dataset.tAdd;
      more.addEventListener('click', () => another(box));
      box.append(more);
    });
  });
})();
