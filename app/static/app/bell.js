// The bell: the number of unread messages kept fresh once a minute while the page is looked at, and a panel with the
// newest. What one tab learns the other tabs of the same account show at once. Without scripts the panel holds a link to
// the inbox.
(() => {
  const bell = document.querySelector('.g-bell'); if (!bell) return;
  const EVERY = 60000;
  const summary = bell.querySelector('summary'), panel = bell.querySelector('.g-pop'), badge = summary.querySelector('b'), said = bell.querySelector('[role=status]');
  const first = panel.innerHTML;
  const [account] = ((document.getElementById('cmd') || { dataset: {} }).dataset.account || '').split('-');
  const tabs = window.BroadcastChannel && account ? new BroadcastChannel(`gj-bell-${account}`) : null;
  let unread = +bell.dataset.unread, tag = '', last = Date.now(), heard = 0, timer;

  function put(n) {
    unread = n;
    const text = n > 99 ? '99+' : `${n}`;
    badge.hidden = !n; badge.textContent = text;
    summary.setAttribute('aria-label', n ? bell.dataset.tSome.replace('{}', text) : bell.dataset.tNone);
  }

  function count(n) {
    if (n > unread) said.textContent = bell.dataset.tNew.replace('{}', n > 99 ? '99+' : n);
    if (n !== unread && tabs) tabs.postMessage(n);
    put(n);
  }

  async function poll() {
    const before = heard;
    last = Date.now();
    try {
      const answer = await fetch(bell.dataset.poll, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store', redirect: 'manual' });
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) return clearInterval(timer); // the login has ended
      if (answer.status !== 200) return; // 304: nothing new
      const { unread: now } = await answer.json();
      if (before !== heard) return; // another tab spoke meanwhile and knows it later than this answer
      tag = answer.headers.get('ETag') || '';
      count(now);
    } catch (e) { /* no network: the next minute tries again */ }
  }
  const due = () => { if (!document.hidden && Date.now() - last >= EVERY) poll(); };
  timer = setInterval(due, EVERY / 4);
  document.addEventListener('visibilitychange', due);

  function show(html) {
    panel.innerHTML = html; // our own server's fragment, escaped there
    const news = panel.querySelector('[data-unread]'); if (news) { count(+news.dataset.unread); tag = ''; }
  }

  async function load(url, options) {
    panel.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(url, { ...options, headers: { 'X-Bell': 'fragment' }, redirect: 'manual' });
      if (answer.type === 'opaqueredirect') return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.text());
    } catch (e) { said.textContent = bell.dataset.tOffline; if (!panel.querySelector('[data-unread]')) panel.innerHTML = first; } finally { panel.removeAttribute('aria-busy'); }
  }

  // A page just loaded has its number from the server: the others take it over. A panel left open is fetched anew, unless
  // somebody's focus is in it.
  if (tabs) {
    tabs.postMessage(unread);
    tabs.addEventListener('message', e => {
      heard += 1; last = Date.now(); tag = '';
      if (e.data === unread) return;
      put(e.data);
      if (bell.open && !panel.contains(document.activeElement)) load(bell.dataset.newest);
    });
  }

  bell.addEventListener('toggle', () => { if (bell.open) load(bell.dataset.newest); });

  panel.addEventListener('submit', async e => {
    e.preventDefault();
    const buttons = [...panel.querySelectorAll('li button')], at = buttons.indexOf(e.submitter);
    await load(e.target.action, { method: 'POST', body: new FormData(e.target) });
    const left = [...panel.querySelectorAll('li button')]; // the focus goes to the next one, not to the top of the page
    (left[Math.min(Math.max(at, 0), left.length - 1)] || panel.querySelector('a') || summary).focus();
  });
})();
