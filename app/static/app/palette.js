// Ctrl-K: one box for screens and records. The server says what is found (only what this person may see); this moves
// through it. Recent items live in this tab only: a name that was opened must not stay on a shared computer.
(() => {
  const box = () => document.getElementById('cmd');
  const WAIT = 180, KEPT = 6;
  let timer, asking, asked;

  const parts = d => ({ input: d.querySelector('input'), list: d.querySelector('[role=listbox]'), none: d.querySelector('.none'), said: d.querySelector('[role=status]') });
  const options = d => [...d.querySelectorAll('[role=option]')];
  const key = d => `gj-recent-${d.dataset.account}`;
  const recent = d => { try { return JSON.parse(sessionStorage.getItem(key(d)) || '[]'); } catch (e) { return []; } };
  const keep = (d, hit) => { try { sessionStorage.setItem(key(d), JSON.stringify([hit, ...recent(d).filter(r => r.url !== hit.url)].slice(0, KEPT))); } catch (e) { /* private windows keep nothing */ } };

  function mark(d, option) {
    const { input } = parts(d);
    options(d).forEach(o => o.setAttribute('aria-selected', o === option));
    if (!option) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    svg.setAttribute('class', 'i'); svg.setAttribute('aria-hidden', 'true'); use.setAttribute('href', `${document.documentElement.dataset.icons}#i-${name}`); svg.append(use);
    return svg;
  }

  function lately(d) {
    const hits = recent(d), group = document.createElement('div'), head = document.createElement('div');
    if (!hits.length) return null;
    head.className = 'h'; head.id = 'find-recent'; head.textContent = d.dataset.tRecent;
    group.setAttribute('role', 'group'); group.setAttribute('aria-labelledby', head.id); group.append(head);
    hits.forEach((hit, n) => {
      const a = document.createElement('a'), name = document.createElement('span'), note = document.createElement('span');
      a.href = hit.url; a.id = `find-r${n}`; a.tabIndex = -1; a.setAttribute('role', 'option'); a.setAttribute('aria-selected', 'false');
      Object.assign(a.dataset, { icon: hit.icon, label: hit.label, note: hit.note });
      name.className = 'ell'; name.textContent = hit.label; note.className = 'm3 xs ell'; note.textContent = hit.note;
      a.append(icon(hit.icon), name, note); group.append(a);
    });
    return group;
  }

  function show(d, html, words) {
    const { input, list, none, said } = parts(d);
    const sent = document.createElement('template'); sent.innerHTML = html; // our own server's fragment, escaped there
    const nothing = sent.content.querySelector('.none'), count = sent.content.querySelector('[data-say]');
    list.replaceChildren(...sent.content.querySelectorAll('[role=group]'));
    const before = words ? null : lately(d); if (before) list.prepend(before);
    none.hidden = !nothing; none.textContent = nothing ? nothing.textContent : '';
    list.hidden = !options(d).length; input.setAttribute('aria-expanded', !list.hidden);
    said.textContent = words ? (nothing ? nothing.textContent : count ? count.dataset.say : '') : '';
    mark(d, words ? options(d)[0] : null);
  }

  async function ask(d, words) {
    if (asking) asking.abort();
    asking = new AbortController(); asked = words;
    d.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(`${d.dataset.url}?q=${encodeURIComponent(words)}`, { headers: { 'X-Palette': 'fragment' }, signal: asking.signal, redirect: 'manual' });
      if (answer.type === 'opaqueredirect') return location.reload(); // the login has ended
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (asked === words) show(d, html, words);
    } catch (e) {
      if (e.name !== 'AbortError') { const { none, said } = parts(d); none.hidden = false; none.textContent = said.textContent = d.dataset.tOffline; }
    } finally { if (asked === words) d.removeAttribute('aria-busy'); }
  }

  function open() {
    const d = box(); if (!d) return;
    if (!d.open) d.showModal();
    const { input } = parts(d);
    input.select(); input.focus(); ask(d, input.value.trim());
  }

  function go(d, option, aside) {
    keep(d, { url: option.getAttribute('href'), label: option.dataset.label, note: option.dataset.note, icon: option.dataset.icon });
    if (aside) return window.open(option.href, '_blank', 'noopener');
    d.close(); location.assign(option.href);
  }

  document.addEventListener('click', e => {
    const d = box(); if (!d) return;
    if (e.target.closest('[data-find]') && !e.ctrlKey && !e.metaKey) { e.preventDefault(); open(); }
    const option = e.target.closest('#cmd [role=option]');
    if (option) { e.preventDefault(); go(d, option, e.ctrlKey || e.metaKey); }
  });

  document.addEventListener('keydown', e => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); return open(); }
    const d = box(); if (!d || !d.open || !d.contains(e.target) || e.isComposing) return;
    const all = options(d), at = all.findIndex(o => o.getAttribute('aria-selected') === 'true');
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (all.length) mark(d, all[(at + (e.key === 'ArrowDown' ? 1 : at < 0 ? 0 : -1) + all.length) % all.length]);
    } else if (e.key === 'Enter' && e.target === parts(d).input) {
      e.preventDefault();
      if (at >= 0) go(d, all[at], e.ctrlKey || e.metaKey);
    }
  });

  document.addEventListener('input', e => {
    const d = box(); if (!d || e.target !== parts(d).input || e.isComposing) return;
    clearTimeout(timer); timer = setTimeout(() => ask(d, e.target.value.trim()), WAIT);
  });
  document.addEventListener('compositionend', e => { const d = box(); if (d && d.contains(e.target)) ask(d, e.target.value.trim()); });
})();
