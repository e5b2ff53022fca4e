// The way in: another captcha without loading the page anew, and the count-down before another code.
(() => {
  document.querySelectorAll('[data-captcha-new]').forEach(button => {
    const form = button.closest('form'), row = form.querySelector('[data-captcha]');
    button.hidden = false;
    button.addEventListener('click', () => fetch(row.dataset.captcha, { headers: { Accept: 'application/json' } }).then(r => r.json()).then(made => {
      form.querySelector('[name=captcha_token]').value = made.token;
      row.querySelector('img').src = made.picture;
      form.querySelector('audio').src = made.sound;
      const input = form.querySelector('[name=captcha]');
      input.value = ''; input.focus();
    }));
  });
  document.querySelectorAll('[data-wait]').forEach(button => {
    const word = button.textContent;
    let left = Number(button.dataset.wait);
    button.disabled = left > 0;
    const tick = () => {
      button.textContent = left > 0 ? button.dataset.tWait.replace('{n}', left) : word;
      if (left <= 0) { button.disabled = false; return; }
      left -= 1; setTimeout(tick, 1000);
    };
    tick();
  });
})();
