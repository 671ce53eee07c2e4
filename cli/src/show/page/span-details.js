/** Everything that is known of one span. */
class SpanDetails extends HTMLElement {
  #shown = '';

  show(span, highlight) {
    // Drawn anew only if something changed: a reader may be selecting text to copy.
    const now = JSON.stringify(span);
    if (now === this.#shown) return;
    this.#shown = now;
    const list = document.createElement('dl');
    const add = (key, value, kind) => {
      const term = document.createElement('dt');
      const text = document.createElement('dd');
      const isolated = document.createElement('bdi');
      term.textContent = key;
      isolated.textContent = String(value);
      text.append(isolated);
      if (kind) for (const element of [term, text]) element.classList.add(kind);
      list.append(term, text);
    };
    const keys = Object.keys(span.attributes).sort();
    for (const key of highlight) if (keys.includes(key)) add(key, span.attributes[key], 'highlighted');
    add('service', span.service);
    add('name', span.name);
    add('kind', span.kind.toLowerCase());
    add('span id', span.spanId);
    add('parent id', span.parentSpanId || 'none, this is a root', span.orphan ? 'missing' : '');
    add('start', formatTime(span.startMs));
    add('duration', span.took);
    const rest = keys.filter((key) => !highlight.includes(key));
    for (const [index, key] of rest.entries()) add(key, span.attributes[key], index === 0 ? 'first' : '');
    this.replaceChildren(list);
  }
}

/** To the microsecond, which a Date does not hold. */
function formatTime(ms) {
  const micros = Math.round((ms - Math.floor(ms)) * 1000);
  return new Date(Math.floor(ms))
    .toISOString()
    .replace('Z', `${String(micros).padStart(3, '0')} UTC`)
    .replace('T', ' ');
}

customElements.define('span-details', SpanDetails);
