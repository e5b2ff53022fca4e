// The desk: opens the next item by itself, keeps the claim alive, undoes, and loses nothing that was typed.
// Without it the same forms are posted as they are.
(() => {
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  document.documentElement.dataset.js = '';
  const FRAGMENT = { 'X-Desk': 'fragment', Accept: 'text/html' };
  const root = () => $('#desk'), pane = () => $('#desk > .g-desk');
  const GLANCE = 400;  // ms in which nobody has looked at the item that opened by itself
  let busy = false, fresh = false, timer = 0, browse = 0;

  // ---- the toast with its undo; the kit's key U presses the button ----
  let ticking = 0;
  function toast(text, undo, seconds) {
    const box = $('.g-toasts'); if (!box || !text) return;
    clearInterval(ticking);
    const t = document.createElement('div'); t.className = 'g-toast';
    const s = document.createElement('span'); s.textContent = text; t.append(s);
    let left = undo ? +seconds : 5;
    const n = document.createElement('span'); n.className = 'left'; n.setAttribute('aria-hidden', 'true');
    if (undo) {
      const b = document.createElement('button');
      b.type = 'button'; b.className = 'btn btn-sm'; b.dataset.undo = '';
      b.append(root().dataset.tUndo + ' '); const k = document.createElement('kbd'); k.textContent = 'U'; b.append(k);
      b.onclick = () => { clearInterval(ticking); t.remove(); send(undo, new URLSearchParams({ csrf_token: token() })); };
      n.textContent = left + ' ' + root().dataset.tSec; t.append(n, b);
    }
    ticking = setInterval(() => {
      left -= 1; n.textContent = left + ' ' + root().dataset.tSec;
      if (left <= 0) { clearInterval(ticking); t.remove(); }
    }, 1000);
    box.replaceChildren(t);
  }
  const token = () => (pane() && pane().dataset.csrf) || '';

  // ---- swapping the desk for its next state ----
  function lock(on) {
    busy = on; root().classList.toggle('d-busy', on); root().setAttribute('aria-busy', on);
  }
  // The second click of a double click, or a key pressed twice, must not decide the next item unseen.
  function lookFirst() {
    fresh = true; root().classList.add('d-fresh');
    setTimeout(() => { fresh = false; root().classList.remove('d-fresh'); }, GLANCE);
  }
  function show(html, push) {
    const list = $('.g-q ol'), top = list ? list.scrollTop : 0;
    root().innerHTML = html;
    const now = $('.g-q ol'); if (now) now.scrollTop = top;
    settle(push);
    const h = $('[data-focus]'); if (h) h.focus({ preventScroll: true });
    const here = $('.g-q a[aria-current]'); if (here) here.scrollIntoView({ block: 'nearest' });
    if (matchMedia('(max-width: 719.98px)').matches) scrollTo(0, 0);
  }
  function settle(push) {
    const p = pane(); if (!p) return;
    const d = p.dataset;
    if (push && d.url && d.url !== location.pathname + location.search) history.pushState({ desk: 1 }, '', d.url);
    if (d.title) document.title = d.title + ' · ' + document.title.split(' · ').pop();
    if (d.done) toast(d.done, d.undo, d.seconds);
    $$('[data-js]').forEach(e => { e.hidden = false; });
    gate(); mirror(); keepAlive();
    $$('dialog[open]').forEach(x => { x.close(); x.showModal(); });
  }
  const out = r => r.redirected && new URL(r.url).pathname.startsWith('/login'); // the login has ended meanwhile
  async function send(url, body, form) {
    if (busy) return;
    lock(true);
    const held = lease();
    try {
      const r = await fetch(url, { method: body ? 'POST' : 'GET', body, headers: FRAGMENT, credentials: 'same-origin' });
      const html = await r.text();
      if (r.redirected && !r.headers.has('X-Desk')) {
        if (body && out(r)) note(root().dataset.tEnded); else location.assign(r.url);
        return;
      }
      if (r.headers.get('X-Desk') === 'refusal') return refused(html, form);
      if (!r.ok && !r.headers.has('X-Desk')) { note(root().dataset.tOffline); return; }
      show(html, true);
      if (body) lookFirst();
      if (held && (!pane() || pane().dataset.item !== held.id) && !body) release(held);
    } catch (e) {
      if (!(e instanceof TypeError)) throw e;  // TypeError: the network, not this code
      note(root().dataset.tOffline);
    } finally { lock(false); }
  }
  // A refusal stands where the hands are: in the open letter, else above the content. Nothing else is touched.
  function refused(html, form) {
    const place = (form && form.closest('dialog') && $('.d-err', form)) || $('.d-note');
    if (!place) return;
    place.innerHTML = html; place.scrollIntoView({ block: 'nearest' });
    const box = $('.d-refusal', place), field = box && box.dataset.field && form && form.elements[box.dataset.field];
    if (field && field.focus) field.focus();
  }
  function note(text) {
    const place = $('dialog[open] .d-err') || $('.d-note'); if (!place) return;
    const n = document.createElement('div'); n.className = 'g-note bad'; n.setAttribute('role', 'alert');
    const p = document.createElement('p'); p.textContent = text; n.append(p); place.replaceChildren(n);
  }

  // ---- the claim ----
  function lease() {
    const p = pane(), d = p && p.dataset;
    return d && d.release ? { id: d.item, url: d.release, epoch: d.epoch } : null;
  }
  let stirred = false; // whether anybody moved here since the claim was last renewed
  ['pointermove', 'pointerdown', 'keydown', 'wheel'].forEach(kind => addEventListener(kind, () => { stirred = true; }, { passive: true }));
  const claimBody = l => new URLSearchParams({ csrf_token: token(), epoch: l.epoch });
  function release(l) { navigator.sendBeacon(l.url, claimBody(l)); }
  function keepAlive() {
    clearInterval(timer);
    const l = lease(); if (!l) return;
    timer = setInterval(async () => {
      if (document.hidden) return;
      try {
        const headers = stirred ? FRAGMENT : { ...FRAGMENT, 'X-Poll': '1' }; // a page left open is nobody's presence
        stirred = false;
        const r = await fetch(pane().dataset.renew, { method: 'POST', body: claimBody(l), headers, credentials: 'same-origin' });
        if (out(r)) { clearInterval(timer); note(root().dataset.tEnded); }
        if (r.status === 409) { clearInterval(timer); note(root().dataset.tLost); }
      } catch (e) { if (!(e instanceof TypeError)) throw e; }
    }, 1000 * (+pane().dataset.every || 60));
  }
  addEventListener('pagehide', () => { const l = lease(); if (l) release(l); });
  addEventListener('pageshow', e => { if (e.persisted) location.reload(); });
  addEventListener('popstate', () => send(location.pathname + location.search));

  // ---- red findings lock Approve; digit keys and the letter's ticks are one ----
  function gate() {
    const b = $('[data-key=a]'); if (b) b.disabled = $$('.g-checks [data-must]').some(c => !c.checked);
  }
  const ticks = code => $$(`#d-return input[name=reason_codes][value="${code}"]`);
  function mirror() { $$('[data-mirror]').forEach(m => ticks(m.dataset.mirror).forEach(t => { t.checked = m.checked; })); }

  document.addEventListener('change', e => {
    const t = e.target;
    if (t.matches('[data-mirror]')) ticks(t.dataset.mirror).forEach(x => { x.checked = t.checked; });
    if (t.matches('#d-return input[name=reason_codes]')) $$(`[data-mirror="${t.value}"]`).forEach(m => { m.checked = t.checked; });
  });

  // ---- links and forms ----
  async function colleagues(box) {
    if (!box || box.childElementCount) return;
    try {
      const r = await fetch(box.dataset.colleagues, { headers: FRAGMENT, credentials: 'same-origin' });
      if (!r.ok) return;
      box.innerHTML = await r.text();
      const first = $('select', box); if (first && box.closest('dialog[open]')) first.focus();
    } catch (e) { if (!(e instanceof TypeError)) throw e; }
  }
  document.addEventListener('click', e => {
    const a = e.target.closest('a'), plain = !(e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || e.button);
    if (a && root() && root().contains(a) && plain) {
      if (a.dataset.open || 'close' in a.dataset) e.preventDefault();  // the kit opens and closes; the address is for pages without scripts
      if (a.dataset.prefill) ticks(a.dataset.prefill).forEach(t => { if (!t.checked) t.click(); });
      if (a.dataset.open === '#d-transfer') colleagues($('[data-colleagues]'));
      if (a.dataset.openItem || a.matches('.kinds a')) { e.preventDefault(); clearTimeout(browse); send(a.href); }
    }
    const pic = e.target.closest('[data-pic]');
    if (pic) {
      const pair = $(pic.dataset.pic);
      $$('#pictures .g-pair').forEach(p => { p.hidden = p !== pair; });
      $('[data-pic-title]').textContent = pair.dataset.title; $('[data-pic-name]').textContent = pair.dataset.name;
    }
  });
  document.addEventListener('submit', e => {
    const f = e.target; if (!f.matches('[data-go]')) return;
    e.preventDefault();
    if (fresh && f.matches('#d-approve, #d-skip')) return;
    send(f.action, new URLSearchParams(new FormData(f)), f);
  });
  // Whoever has written the ground approves without leaving the field, as in the letters.
  document.addEventListener('keydown', e => {
    if (!(e.ctrlKey || e.metaKey) || e.key !== 'Enter' || e.isComposing || !e.target.matches('#d-ground')) return;
    e.preventDefault(); $('[data-key=a]').click();
  });
  // The kit moves the mark with J and K; where it rests for a moment, the item opens.
  document.addEventListener('keydown', e => {
    if (!/^[jk]$/i.test(e.key) || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.closest('input:not([type=checkbox],[type=radio]),textarea,select,dialog')) return;
    const a = $('.g-q a[aria-current]'); if (!a) return;
    if (!a.dataset.openItem) {  // past the last item stands the link of the foot: the mark stays where it was
      const last = $('.g-q ol li:last-child a'); a.removeAttribute('aria-current'); last.setAttribute('aria-current', 'true'); last.focus(); return;
    }
    clearTimeout(browse); if (a.dataset.openItem === (pane() && pane().dataset.item)) return;
    browse = setTimeout(() => send(a.href), 160);
  });
  settle(false);
})();
