/**
 * The waterfall of one trace, as a tree in a table. Fires `span-chosen` with the span. Whatever comes from a span
 * goes in as text, never as HTML.
 */
class TraceWaterfall extends HTMLElement {
  #chosen;

  connectedCallback() {
    this.addEventListener('click', (event) => {
      const row = event.target.closest('tbody tr');
      if (row) this.#choose(row);
    });
    this.addEventListener('keydown', (event) => this.#move(event));
  }

  /** Draws `trace`, keeping the chosen span and the focus if their span is still there. */
  show(trace, highlight, colourOf) {
    const focused = document.activeElement?.closest?.('trace-waterfall tr')?.dataset.span;
    const body = make('tbody');
    for (const span of trace.spans) body.append(makeRow(span, highlight, colourOf));
    const table = make('table', { role: 'treegrid', 'aria-labelledby': 'trace-name' });
    table.append(makeHead(trace.took), body);
    this.replaceChildren(table);
    for (const [index, row] of [...body.rows].entries()) row.span = trace.spans[index];
    const rows = [...body.rows];
    const chosen = rows.find((row) => row.dataset.span === this.#chosen) ?? rows[0];
    if (chosen) this.#choose(chosen);
    if (focused)
      rows
        .find((row) => row.dataset.span === focused)
        ?.querySelector('button')
        .focus();
  }

  #choose(row) {
    this.#chosen = row.dataset.span;
    for (const other of row.parentElement.rows) other.setAttribute('aria-selected', String(other === row));
    this.dispatchEvent(new CustomEvent('span-chosen', { detail: row.span, bubbles: true }));
  }

  #move(event) {
    const row = event.target.closest('tbody tr');
    const steps = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling };
    const next = steps[event.key];
    if (!next) return;
    event.preventDefault();
    next.querySelector('button').focus();
    this.#choose(next);
  }
}

function makeHead(took) {
  const row = make('tr');
  const axis = make('th', { scope: 'col', class: 'axis' });
  const ends = make('div');
  ends.append(make('span', {}, '0'), make('span', {}, took));
  axis.append(ends);
  row.append(
    make('th', { scope: 'col' }, 'Span'),
    make('th', { scope: 'col' }, 'Kind'),
    axis,
    make('th', { scope: 'col', class: 'number' }, 'Duration'),
  );
  const head = make('thead');
  head.append(row);
  return head;
}

function makeRow(span, highlight, colourOf) {
  const row = make('tr', { 'aria-level': span.depth + 1, 'data-span': `${span.spanId} ${span.kind}` });
  if (span.failed) row.classList.add('failed');
  // Styles by script are allowed where style attributes in HTML are not.
  row.style.setProperty('--service', colourOf(span.service));
  row.style.setProperty('--depth', Math.min(span.depth, 16));
  const label = make('td', { class: 'label' });
  const button = make('button', { type: 'button' });
  button.append(make('b', {}, span.service), ' ', make('span', { class: 'name' }, span.name));
  label.append(button, makeChips(span, highlight));
  const track = make('td', { class: 'track' });
  const bar = make('div', { class: 'bar' });
  bar.style.setProperty('--from', span.from);
  bar.style.setProperty('--to', span.to);
  track.append(bar);
  row.append(
    label,
    make('td', { class: 'kind' }, span.kind.toLowerCase()),
    track,
    make('td', { class: 'number' }, span.took),
  );
  return row;
}

function makeChips(span, highlight) {
  const chips = make('div', { class: 'chips' });
  if (span.problem) chips.append(make('span', { class: 'orphan' }, span.problem));
  for (const key of highlight) {
    if (!Object.hasOwn(span.attributes, key)) continue;
    const chip = make('span', { class: 'chip' });
    chip.append(make('span', { class: 'key' }, key), make('bdi', {}, String(span.attributes[key])));
    chips.append(chip);
  }
  return chips;
}

function make(name, attributes = {}, text = '') {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

customElements.define('trace-waterfall', TraceWaterfall);
