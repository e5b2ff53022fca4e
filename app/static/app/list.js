// Lists: the place is kept while a record is looked at, the row at hand stands out, columns are put in order by dragging.
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const { placeOf, keepPlace } = window.gjPlace; // app.js
  const rows = () => $$('.g-list .g-tbl tbody tr'), scroller = () => $('.g-list .g-scroll');
  const door = row => row && row.querySelector('th a[href]') || row && row.querySelector('a[href]');
  const here = () => location.pathname + location.search.replace(/([?&])lang=\w+&?/, '$1').replace(/[?&]$/, '');

  // Leaving by a row: where the list stands, and which row it was.
  document.addEventListener('click', e => {
    const row = e.target.closest('.g-list .g-tbl tbody tr'), bulk = e.target.closest('.g-bulk button'), box = scroller();
    if (!box || !(bulk || row && e.target.closest('a[href],button'))) return;
    const to = door(row);
    keepPlace(location.pathname, { url: here(), row: to ? to.pathname : '', top: box.scrollTop, left: box.scrollLeft, y: scrollY });
  }, true);

  function arrive() {
    const box = scroller(); if (!$('.g-list')) return;
    const place = placeOf(location.pathname);
    if (box && place && place.url === here() && place.top !== undefined) {
      box.scrollTop = place.top; box.scrollLeft = place.left; scrollTo(0, place.y);
      const row = place.row && rows().find(r => door(r) && door(r).pathname === place.row);
      if (row) { mark(row); door(row).focus({ preventScroll: true }); }
    }
    keepPlace(location.pathname, { url: here() });
  }

  function mark(row) { $$('tr[data-here]').forEach(r => r.removeAttribute('data-here')); row.setAttribute('data-here', ''); }

  // The row that keys have come to (app.js walks them) stands out; E edits it.
  document.addEventListener('focusin', e => { const row = e.target.matches('th a') && e.target.closest('.g-list .g-tbl tbody tr'); if (row) mark(row); });
  document.addEventListener('keydown', e => {
    if (e.key.toLowerCase() !== 'e' || e.repeat || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.closest('input:not([type=checkbox],[type=radio]),textarea,select,dialog,.g-pop')) return;
    try { if (localStorage.getItem('gj-keys') === 'off') return; } catch (error) { /* then they are on */ }
    const row = document.activeElement.closest('.g-tbl tbody tr'), edit = row && $('.g-acts a[data-edit]', row);
    if (edit) { e.preventDefault(); edit.click(); }
  });

  // All rows of the list are more than those of the page: the number says so.
  document.addEventListener('change', e => {
    const all = $('.g-bulk [data-all]'); if (!all || !e.target.closest('.g-tick,.g-bulk')) return;
    $('.g-bulk [data-n]').textContent = all.checked ? all.dataset.all : $$('tbody .g-tick input:checked').length;
  });

  // Columns by dragging; the arrows beside them do the same without a mouse.
  let dragged;
  document.addEventListener('dragstart', e => { dragged = e.target.closest && e.target.closest('.g-choose li'); if (dragged) { dragged.classList.add('drag'); e.dataTransfer.effectAllowed = 'move'; } });
  document.addEventListener('dragover', e => {
    const over = dragged && e.target.closest('.g-choose li'); if (!over) return;
    e.preventDefault();
    if (over !== dragged) over[e.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2 ? 'after' : 'before'](dragged);
  });
  document.addEventListener('dragend', () => { if (dragged) dragged.classList.remove('drag'); dragged = null; });

  document.addEventListener('DOMContentLoaded', arrive);
  addEventListener('pageshow', e => { if (e.persisted) arrive(); });
  document.addEventListener('htmx:afterSettle', e => { if (e.target.id === 'main') arrive(); });
})();
