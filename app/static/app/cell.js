// Editing in the list: a pen in the cells that allow it, the server's own field in its place, Enter saves, Esc cancels.
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const table = () => $('.g-tbl[data-cells]');
  let open; // { cell, kept }

  function pens(root) {
    const t = table(); if (!t) return;
    const names = t.dataset.cells.split(' '), icon = t.dataset.tEdit;
    $$('tbody tr', root).forEach(row => {
      if (!$('.g-acts a[data-edit=here]', row)) return;
      const called = ($('th', row) || row).textContent.trim();
      $$('td[data-c]', row).filter(td => names.includes(td.dataset.c) && !$('.g-pen', td)).forEach(td => {
        const b = document.createElement('button');
        b.type = 'button'; b.className = 'g-pen'; b.title = icon; b.setAttribute('aria-label', `${icon}: ${td.dataset.l}, ${called}`);
        b.innerHTML = `<svg class="i" aria-hidden="true"><use href="${document.documentElement.dataset.icons}#i-edit"/></svg>`;
        td.classList.add('g-live'); td.append(b);
      });
    });
  }

  const url = td => `${table().dataset.at}${encodeURIComponent(decodeURIComponent($('.g-acts a[data-edit=here]', td.closest('tr')).pathname.split('/').pop()))}/${td.dataset.c}${location.search}`;
  const say = text => { const box = $('.g-toasts'); if (!box) return; const n = document.createElement('span'); n.className = 'visually-hidden'; n.textContent = text; box.replaceChildren(n); };

  async function ask(address, options) {
    const answer = await fetch(address, { ...options, redirect: 'manual', headers: { 'HX-Request': 'true' } });
    if (answer.type === 'opaqueredirect') { location.reload(); throw new Error('login'); }
    return { html: await answer.text(), ok: answer.ok, saved: answer.headers.get('X-Row') === 'saved' };
  }

  function put(td, html) {
    const sent = document.createElement('template'); sent.innerHTML = html; // our own server's fragment, escaped there
    const form = $('form.g-cell', sent.content); if (!form) return false;
    td.replaceChildren(form);
    const input = $('.form-control,.form-select,.form-check-input', form); input.focus(); if (input.select) input.select();
    return true;
  }

  function close() {
    if (!open) return;
    const { cell, kept } = open; open = null;
    cell.replaceChildren(...kept); cell.classList.remove('g-open'); const pen = $('.g-pen', cell); if (pen) pen.focus();
  }

  async function edit(td) {
    close();
    const answer = await ask(url(td)).catch(() => null);
    const kept = [...td.childNodes];
    if (!answer || !answer.ok || !put(td, answer.html)) return say(table().dataset.tFailed);
    open = { cell: td, kept }; td.classList.add('g-open');
  }

  async function save(form) {
    const td = form.closest('td'), row = td.closest('tr'), name = td.dataset.c;
    if (form.dataset.busy) return; form.dataset.busy = 'yes';
    const answer = await ask(form.action + location.search, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (!answer || !answer.saved) { delete form.dataset.busy; if (!answer || !put(td, answer.html)) say(table().dataset.tFailed); return; }
    const sent = document.createElement('template'); sent.innerHTML = answer.html;
    const fresh = $('tr', sent.content); open = null; row.replaceWith(fresh); pens(fresh.parentNode);
    if (window.htmx) window.htmx.process(fresh);
    const pen = $(`td[data-c="${CSS.escape(name)}"] .g-pen`, fresh) || $('a[href]', fresh); if (pen) pen.focus();
    say(table().dataset.tSaved);
  }

  document.addEventListener('click', e => {
    const pen = e.target.closest('.g-pen'); if (pen) return edit(pen.closest('td'));
    if (e.target.closest('.g-cell [data-cancel]')) close();
  });
  document.addEventListener('dblclick', e => { const td = e.target.closest('.g-live:not(.g-open)'); if (td) edit(td); });
  document.addEventListener('submit', e => { const form = e.target.closest('form.g-cell'); if (form) { e.preventDefault(); save(form); } });
  document.addEventListener('keydown', e => {
    const form = e.target.closest && e.target.closest('form.g-cell'); if (!form || e.isComposing) return;
    if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); close(); }
    if (e.key === 'Enter' && e.target.matches('select,[type=checkbox]')) { e.preventDefault(); form.requestSubmit(); }
  }, true);

  document.addEventListener('DOMContentLoaded', () => pens(document));
  document.addEventListener('htmx:afterSettle', () => { open = null; pens(document); });
})();
