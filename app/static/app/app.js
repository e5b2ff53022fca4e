// Additions to the kit's behaviours: remote pickers, counters, preferences for the server, swaps.
(() => {
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];

  // Display preferences: the server renders them from cookies, so that no page flashes in the wrong theme.
  document.addEventListener('click', e => {
    const set = e.target.closest('[data-set]');
    if (set) { const [k, v] = set.dataset.set.split(':'); document.cookie = `gj-${k}=${v}; path=/; max-age=31536000; samesite=lax`; }
    const fill = e.target.closest('[data-fill]');
    if (fill) { document.getElementById('username').value = fill.dataset.fill; document.getElementById('password').value = fill.dataset.word; document.getElementById('password').focus(); }
  });

  // Entries kept for later (form.js) are forgotten once they are saved, after a day, and when somebody logs out.
  function forget(all) {
    try {
      const cookie = document.cookie.match(/(?:^|; )gj-saved=([^;]+)/), saved = cookie ? 'gj-draft:' + decodeURIComponent(cookie[1]) : '';
      if (cookie) document.cookie = 'gj-saved=; path=/; max-age=0; samesite=lax';
      Object.keys(localStorage).filter(k => k.startsWith('gj-draft:')).forEach(k => {
        if (all || k === saved || !(Date.now() - JSON.parse(localStorage.getItem(k)).at < 86400000)) localStorage.removeItem(k);
      });
    } catch (e) { /* the browser keeps nothing */ }
  }
  forget(false);
  document.addEventListener('submit', e => { if (e.target.getAttribute('action') === '/logout/') forget(true); });

  function picker(select) {
    if (select.tomselect || !window.TomSelect) return;
    let asked = 0;
    select.setAttribute('aria-hidden', 'true'); // its label goes over to the box that replaces it
    new TomSelect(select, {
      valueField: 'id', labelField: 'text', searchField: [], maxOptions: 20, loadThrottle: 250, preload: 'focus', dropdownParent: 'body', plugins: select.multiple ? ['remove_button'] : select.required || select.closest('.g-filter') ? [] : { clear_button: { title: select.dataset.tClear } },
      load: (q, done) => {  // on a slow line an answer may come after the next question: it is dropped
        const mine = ++asked;
        fetch(`${select.dataset.remote}?q=${encodeURIComponent(q)}`, { headers: { Accept: 'application/json' } }).then(r => r.ok ? r.json() : []).then(found => done(mine === asked ? found : []), () => done());
      },
      score: () => () => 1,
      onType() { this.clearOptions(); },
      render: {
        option: (d, esc) => `<div>${esc(d.text)}</div>`, item: (d, esc) => `<div>${esc(d.text)}</div>`,
        no_results: () => { const n = document.createElement('div'); n.className = 'no-results'; n.textContent = select.dataset.tNone; return n; },
      },
    });
  }

  // A place for files as a row of tiles: what was chosen shows before it is sent, and can be taken out again.
  function tiles(input) {
    const box = input.closest('.g-file'); if (!box || box.dataset.on) return;
    const ups = box.querySelector('.g-ups'), add = document.createElement('label');
    let chosen = [];
    const show = () => {
      $$('.g-up.new', ups).forEach(n => n.remove());
      chosen.forEach(file => {
        const one = document.createElement('div'), name = document.createElement('p'), out = document.createElement('button');
        const face = document.createElement(file.type.startsWith('image/') ? 'img' : 'span');
        one.className = 'g-up new'; name.className = 'ell'; name.textContent = name.title = file.name;
        if (face.tagName === 'IMG') { face.src = URL.createObjectURL(file); face.alt = file.name; face.onload = () => URL.revokeObjectURL(face.src); } else { face.className = 'none'; face.textContent = file.name.split('.').pop().toUpperCase(); }
        out.type = 'button'; out.className = 'x'; out.textContent = '×'; out.setAttribute('aria-label', `${input.dataset.tOut} ${file.name}`);
        out.addEventListener('click', () => { chosen = chosen.filter(f => f !== file); send(); input.focus(); });
        one.append(face, name, out); ups.insertBefore(one, add);
      });
    };
    const send = () => { const all = new DataTransfer(); chosen.forEach(f => all.items.add(f)); input.files = all.files; show(); };
    input.addEventListener('change', () => { chosen = input.multiple ? [...chosen, ...input.files] : [...input.files]; send(); });
    add.className = 'g-up add' + (input.getAttribute('aria-invalid') ? ' bad' : '');
    add.insertAdjacentHTML('afterbegin', `<span><svg class="i" aria-hidden="true"><use href="${document.documentElement.dataset.icons}#i-plus"/></svg><br></span>`);
    add.firstChild.append(input.dataset.tAdd);
    input.className = 'visually-hidden'; add.append(input); ups.append(add); box.dataset.on = 'yes';
  }

  function counter(area) {
    const out = document.querySelector(`[data-counter="${area.id}"]`);
    const show = () => { if (out) out.textContent = `${[...area.value].length} / ${area.dataset.count}`; };
    area.addEventListener('input', show); show();
  }

  // Where a list was left: its way back from a record leads to the same page, filters and row. For this tab and account only.
  const place = path => `gj-place-${(document.getElementById('cmd') || { dataset: {} }).dataset.account || ''}-${path}`;
  const placeOf = path => { try { return JSON.parse(sessionStorage.getItem(place(path))); } catch (e) { return null; } };
  const keepPlace = (path, value) => { try { sessionStorage.setItem(place(path), JSON.stringify(value)); } catch (e) { /* private windows keep nothing */ } };
  window.gjPlace = { placeOf, keepPlace };
  function ways(root) {
    $$('.g-crumb a[href],.g-act a[href]', root).forEach(a => { const kept = !a.search && a.pathname !== location.pathname && placeOf(a.pathname); if (kept) a.href = kept.url; });
  }

  function start(root) {
    ways(root);
    $$('select[data-remote]', root).forEach(picker);
    $$('textarea[data-count]', root).forEach(counter);
    $$('.g-file input[type=file]', root).forEach(tiles);
    $$('[data-reveal]', root).forEach(b => { b.hidden = false; });
  }

  document.addEventListener('submit', e => {
    const ask = e.target.dataset.sure;
    if (ask && !window.confirm(ask)) e.preventDefault();
  });
  // A form goes off once: on a slow line the button shows that it works, and a second press does nothing. Whoever stops
  // the page from loading, or comes back to it, may send again.
  const PATIENCE = 20000;
  function rest(form) {
    delete form.dataset.sent; form.removeAttribute('aria-busy');
    $$('.is-busy', document).forEach(b => { if (b.form === form) { b.classList.remove('is-busy'); b.removeAttribute('aria-disabled'); } });
  }
  addEventListener('submit', e => {  // after everybody who sends by other means has spoken
    const form = e.target, by = e.submitter;
    if (e.defaultPrevented || (form.getAttribute('method') || '').toLowerCase() !== 'post') return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = 'yes'; form.setAttribute('aria-busy', 'true');
    if (by && by.classList.contains('btn')) { by.classList.add('is-busy'); by.setAttribute('aria-disabled', 'true'); }
    const box = document.querySelector('.g-toasts'), said = document.createElement('span');
    said.className = 'visually-hidden'; if (box && box.dataset.tSending) { said.textContent = box.dataset.tSending; box.append(said); }
    setTimeout(() => { rest(form); said.remove(); }, PATIENCE);
  });
  addEventListener('pageshow', e => { if (e.persisted) $$('form[data-sent]').forEach(rest); });

  // Keys of lists, records and forms beside the kit's; the help (keys.html) names them. Off with the kit's switch.
  const typing = e => e.target.closest('input:not([type=checkbox],[type=radio]),textarea,select,dialog,[contenteditable]');
  const off = () => { try { return localStorage.getItem('gj-keys') === 'off'; } catch (e) { return false; } };
  function row(step) {
    const rows = $$('.g-tbl tbody tr'), here = document.activeElement && document.activeElement.closest('.g-tbl tbody tr');
    const next = rows[here ? rows.indexOf(here) + step : step > 0 ? 0 : rows.length - 1];
    const to = next && (next.querySelector('th a[href],td a[href]') || next.querySelector('input,button'));
    if (to) { to.focus(); next.scrollIntoView({ block: 'nearest' }); }
  }
  document.addEventListener('keydown', e => {
    const k = e.key.toLowerCase();
    if ((e.ctrlKey || e.metaKey) && k === 's' && !e.shiftKey && !e.altKey) {
      const save = document.querySelector('form[data-guard] button[value=save]');
      if (save) { e.preventDefault(); if (!e.repeat) save.click(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e) || off()) return;
    if ((k === 'j' || k === 'k') && !document.querySelector('.g-q')) row(k === 'j' ? 1 : -1);
    if (k === 'x' && !document.querySelector('[data-key=x]')) {
      const here = document.activeElement && document.activeElement.closest('.g-tbl tbody tr'), tick = here && here.querySelector('.g-tick input');
      if (tick) { e.preventDefault(); tick.click(); }
    }
    if (k === '/' && !document.querySelector('.g-filter')) { const box = document.querySelector('main input[type=search]'); if (box) { e.preventDefault(); box.focus(); } }
  });

  // What is typed unseen can be looked at.
  document.addEventListener('click', e => {
    const b = e.target.closest('[data-reveal]'), input = b && document.getElementById(b.dataset.reveal); if (!input) return;
    const on = b.getAttribute('aria-pressed') !== 'true';
    input.type = on ? 'text' : 'password'; b.setAttribute('aria-pressed', on);
    b.querySelector('use').setAttribute('href', `${document.documentElement.dataset.icons}#i-eye${on ? '-off' : ''}`);
  });

  let dirty = false;
  document.addEventListener('input', e => { if (e.target.closest('form[data-guard]')) dirty = true; });
  addEventListener('beforeunload', e => { const f = document.querySelector('form[data-guard]'); if (dirty && f && !f.dataset.sent) e.preventDefault(); });

  // The link of a summary puts the cursor into its field.
  document.addEventListener('click', e => {
    const a = e.target.closest('.g-sum a'); if (!a) return;
    const to = document.getElementById(a.getAttribute('href').slice(1)); if (!to) return;
    e.preventDefault(); (to.tomselect || to).focus(); to.scrollIntoView({ block: 'center' });
  });

  document.addEventListener('DOMContentLoaded', () => { start(document); const sum = document.querySelector('.g-sum'); if (sum) sum.focus(); });
  document.addEventListener('htmx:afterSettle', e => {
    start(document);
    const said = document.querySelector('[data-announce]'), box = document.querySelector('.g-toasts');
    if (said && box) { const n = document.createElement('span'); n.className = 'visually-hidden'; n.textContent = said.textContent; box.replaceChildren(n); }
    document.dispatchEvent(new Event('kit:start'));
  });
})();
