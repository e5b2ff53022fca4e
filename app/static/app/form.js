// Forms: the checks and the public face beside what is being typed, and entries that survive a crash or a time-out.
// Without it the form is sent as it is, and the checks speak then.
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const PAUSE = 600, PATIENCE = 10000, DAY = 86400000;  // ms

  // ---- the checks: asked after a pause in typing; an answer that was overtaken is dropped ----
  function checks(form) {
    const side = $('#f-side'), panels = $('#f-panels'), state = $('#f-state'), said = $('#f-said'), jump = $('.f-jump', form);
    let timer = 0, asked = 0, running = null;
    const tell = (which, tone) => { state.textContent = which ? state.dataset[which] : ''; state.dataset.tone = tone || ''; };

    function entries() {
      const sent = new FormData();
      for (const [name, value] of new FormData(form)) if (!(value instanceof File)) sent.append(name, value);
      $$('input[type=file]', form).forEach(input => [...input.files].forEach(f => sent.append(input.name.replace(/^file_/, 'chosen_'), `${f.size} ${f.type || '-'} ${f.name}`)));
      return sent;
    }
    function show(html) {
      const open = $$('details[data-stays][open]', panels).map(d => d.dataset.stays);
      const at = panels.contains(document.activeElement) ? document.activeElement.dataset.to : '';
      panels.innerHTML = html;
      open.forEach(name => { const d = $(`details[data-stays=${name}]`, panels); if (d) d.open = true; });
      if (at) { const a = $(`[data-to="${CSS.escape(at)}"]`, panels); (a || side).focus({ preventScroll: true }); }
      const card = $('.f-checks', panels), lamps = $('.g-lamps', panels), words = card ? card.dataset.said : '';
      if (said.textContent !== words) said.textContent = words;
      if (jump && lamps) {
        jump.innerHTML = lamps.innerHTML;
        for (const lamp of jump.children) lamp.setAttribute('aria-hidden', 'true');
        jump.append(Object.assign(document.createElement('b'), { className: 'visually-hidden', textContent: words }));
        jump.hidden = false;
      }
    }
    async function ask() {
      const mine = ++asked;
      if (running) running.abort();
      const mouth = running = new AbortController();
      const late = setTimeout(() => mouth.abort(), PATIENCE), slow = setTimeout(() => { if (mine === asked) tell('busy'); }, 400);
      side.setAttribute('aria-busy', 'true');
      try {
        const answer = await fetch(form.dataset.checks, { method: 'POST', body: entries(), redirect: 'manual', signal: mouth.signal, headers: { Accept: 'text/html' } });
        const html = answer.ok ? await answer.text() : '';
        if (mine !== asked) return;
        if (answer.ok) { show(html); tell(''); } else if (answer.type === 'opaqueredirect' || answer.status === 400) tell('ended', 'warn'); else tell('away', 'warn');
      } catch (e) {
        if (mine === asked) tell('away', 'warn');  // slow or out of reach; the next entry asks again
      } finally {
        clearTimeout(late); clearTimeout(slow);
        if (mine === asked) side.removeAttribute('aria-busy');
      }
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); };
    form.addEventListener('input', e => { if (!e.isComposing) soon(); });
    form.addEventListener('compositionend', soon);
    form.addEventListener('change', soon);
    form.addEventListener('f:again', soon);
    form.addEventListener('submit', () => { clearTimeout(timer); asked += 1; if (running) running.abort(); });
    $$('[data-with-scripts]', side).forEach(n => { n.hidden = false; });
    if ('checksNow' in form.dataset) ask();
  }

  // A finding puts the cursor into its field, and marks the words it speaks of.
  document.addEventListener('click', e => {
    const a = e.target.closest('[data-to]'); if (!a) return;
    const to = document.getElementById(a.dataset.to); if (!to) return;
    e.preventDefault();
    const field = to.tomselect ? to.tomselect.wrapper : to;
    field.scrollIntoView({ block: 'center' });
    (to.tomselect || to).focus();
    const words = a.dataset.excerpt, from = words && 'value' in to ? to.value.indexOf(words) : -1;
    if (from >= 0 && to.setSelectionRange) to.setSelectionRange(from, from + words.length);
    field.classList.remove('f-flash'); void field.offsetWidth; field.classList.add('f-flash');
  });

  // ---- entries that are not saved: kept in this browser for a day, never the personal ones, dropped once they are saved ----
  function draft(form) {
    const key = 'gj-draft:' + form.dataset.draftKey, note = $('#f-draft');
    const apart = new Set([...form.dataset.draftApart.split(' '), 'csrf_token', 'version']);
    const fields = () => $$('input,select,textarea', form).filter(f => f.name && !apart.has(f.name) && !['file', 'hidden', 'submit', 'password'].includes(f.type) && !f.name.startsWith('kept_') && !f.name.endsWith('.typed'));
    const option = o => [o.value, o.textContent.trim()];
    function values() {
      const found = {};
      for (const f of fields()) {
        const had = found[f.name];
        if (f.type === 'checkbox' || f.type === 'radio') found[f.name] = [...(had || []), ...(f.checked ? [f.value] : [])];
        else if (f.dataset.remote) found[f.name] = [...f.selectedOptions].filter(o => o.value).map(option);
        else found[f.name] = f.value;
      }
      return found;
    }
    function put(found) {
      for (const f of fields()) {
        const value = found[f.name]; if (value === undefined) continue;
        if (f.type === 'checkbox' || f.type === 'radio') f.checked = value.includes(f.value);
        else if (f.tomselect) { f.tomselect.clear(true); value.forEach(([id, text]) => { f.tomselect.addOption({ id, text }); f.tomselect.addItem(id, true); }); }
        else if (f.dataset.remote) { [...f.options].forEach(o => { o.selected = false; }); value.forEach(([id, text]) => f.add(new Option(text, id, true, true))); }
        else f.value = value;
      }
      form.dispatchEvent(new Event('input', { bubbles: true }));
    }
    const read = () => { try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; } };
    const drop = () => { try { localStorage.removeItem(key); } catch (e) { /* the browser keeps nothing */ } };
    const start = JSON.stringify(values());
    let timer = 0, gone = false;
    document.addEventListener('submit', e => { gone = gone || e.target.getAttribute('action') === '/logout/'; }); // nothing is kept after that, however slowly the page goes
    const keep = () => {
      clearTimeout(timer);
      if (gone) return;
      const now = values();
      try { if (JSON.stringify(now) === start) drop(); else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: now })); } catch (e) { /* full or forbidden */ }
    };
    const offered = read();
    if (offered && Date.now() - offered.at < DAY && JSON.stringify(offered.values) !== start) {
      const when = new Date(offered.at);
      $('p', note).textContent = note.dataset.text.replace('{}', when.toLocaleString(document.documentElement.lang, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }));
      note.hidden = false;
    } else if (offered) drop();
    form.addEventListener('input', () => { note.hidden = true; clearTimeout(timer); timer = setTimeout(keep, 400); });
    form.addEventListener('change', () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
    form.addEventListener('submit', keep);
    note.addEventListener('click', e => {
      const b = e.target.closest('[data-draft]'); if (!b) return;
      if (b.dataset.draft === 'restore') put(offered.values); else drop();
      note.hidden = true;
      const first = $('input:not([type=hidden]),select,textarea', form); if (first) (first.tomselect || first).focus();
    });
    const again = $('[data-reset]', form);
    if (again) again.addEventListener('click', () => { clearTimeout(timer); drop(); });
  }

  document.addEventListener('DOMContentLoaded', () => {
    const form = $('form.g-form[data-guard]'); if (!form) return;
    if (form.dataset.draftKey) draft(form);
    if (form.dataset.checks) checks(form);
  });
})();
