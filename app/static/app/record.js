// The record: pictures open large, a colleague is called by @, the page prints.
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];

  document.addEventListener('click', e => { if (e.target.closest('[data-print]')) print(); });

  // Pictures of a record as one gallery: turn, zoom, next; without scripts each opens by its link.
  function gallery(box) {
    if (box.dataset.on || !window.Viewer) return;
    box.dataset.on = 'yes';
    const words = JSON.parse(box.dataset.words);
    const bar = { zoomIn: 1, zoomOut: 1, oneToOne: 1, prev: 1, next: 1, rotateLeft: 1, rotateRight: 1 };
    const viewer = new Viewer(box, {
      filter: img => !!img.closest('a[data-full]'), url: img => img.closest('a[data-full]').href, title: img => img.alt,
      navbar: false, toolbar: bar, transition: false, tooltip: false, inheritedAttributes: [],
      shown() { $$('.viewer-toolbar li, .viewer-close', viewer.viewer).forEach(b => { b.setAttribute('aria-label', words[b.dataset.viewerAction] || ''); }); },
    });
    box.addEventListener('click', e => { if (e.target.closest('a[data-full]')) e.preventDefault(); }, true);
    box.addEventListener('keydown', e => {
      const a = e.target.closest('a[data-full]');
      if (a && e.key === 'Enter') { e.preventDefault(); viewer.view($$('a[data-full]', box).indexOf(a)); }
    });
  }

  // A name after @: the list of colleagues follows what is typed; arrows choose, Enter or Tab takes, Esc closes.
  function calling(form) {
    const area = $('textarea', form), list = $('[role=listbox]', form), said = $('[aria-live]', form);
    if (!list || form.dataset.on) return;
    form.dataset.on = 'yes';
    let at = -1, asked = 0, found = [], here = 0, timer = 0;
    const close = () => { list.hidden = true; at = -1; found = []; area.removeAttribute('aria-activedescendant'); };
    const mark = n => {
      here = (n + found.length) % found.length;
      $$('li', list).forEach((li, k) => { li.setAttribute('aria-selected', k === here); });
      area.setAttribute('aria-activedescendant', `say-${here}`);
    };
    const take = n => {
      const one = found[n], from = area.value.slice(0, at), rest = area.value.slice(area.selectionStart);
      area.value = `${from}@${one.name} ${rest}`;
      area.setSelectionRange(at + one.name.length + 2, at + one.name.length + 2);
      const input = document.createElement('input');
      input.type = 'hidden'; input.name = 'mention'; input.value = one.id;
      form.append(input); close(); area.focus(); area.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const show = rows => {
      found = rows; list.replaceChildren();
      rows.forEach((one, n) => {
        const li = document.createElement('li');
        li.id = `say-${n}`; li.setAttribute('role', 'option'); li.textContent = one.name;
        li.addEventListener('mousedown', e => { e.preventDefault(); take(n); });
        list.append(li);
      });
      list.hidden = !rows.length; if (said) said.textContent = rows.map(one => one.name).join(', ');
      if (rows.length) mark(0); else area.removeAttribute('aria-activedescendant');
    };
    area.setAttribute('aria-controls', list.id); area.setAttribute('aria-autocomplete', 'list');
    area.addEventListener('input', () => {
      const before = area.value.slice(0, area.selectionStart), hit = before.match(/@([^@\s]{0,20})$/);
      clearTimeout(timer);
      if (!hit) return close();
      at = before.length - hit[0].length;
      const mine = ++asked;
      timer = setTimeout(() => fetch(`${form.dataset.colleagues}?q=${encodeURIComponent(hit[1])}`, { headers: { Accept: 'application/json' } })
        .then(r => r.ok ? r.json() : []).then(rows => { if (mine === asked && at >= 0) show(rows); }).catch(close), 150);
    });
    area.addEventListener('keydown', e => {
      if (list.hidden || !found.length) return;
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); mark(here + (e.key === 'ArrowDown' ? 1 : -1)); }
      else if ((e.key === 'Enter' && !e.ctrlKey) || e.key === 'Tab') { e.preventDefault(); take(here); }
      else if (e.key === 'Escape') { e.preventDefault(); close(); }
    });
    area.addEventListener('blur', () => setTimeout(close, 200));
  }

  const start = () => { $$('[data-gallery]').forEach(gallery); $$('form[data-colleagues]').forEach(calling); };
  document.addEventListener('DOMContentLoaded', start);
  document.addEventListener('kit:start', start);
  document.addEventListener('htmx:afterSettle', start);
})();
