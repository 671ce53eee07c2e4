/** Asks for the traces, keeps the choice of a trace, and hands each part of the page what it shows. */
const REFRESH_MS = 2000;
const COLOURS = 6;

const find = (selector) => document.querySelector(selector);
const waterfall = find('trace-waterfall');
const chosenByLink = () => decodeURIComponent(location.hash.slice(1));

let view = { highlight: [], total: 0, traces: [], services: { nodes: [], edges: [] } };
let received = '';
let shownTrace = '';
let chosen = chosenByLink();
let timer;

async function refresh() {
  clearTimeout(timer);
  try {
    const response = await fetch('/api/traces');
    if (!response.ok) throw new Error(`status ${response.status}`);
    const text = await response.text();
    say('#connection', '');
    // Nothing new, nothing drawn: focus, selection and scroll stay where the reader left them.
    if (text !== received) {
      received = text;
      view = JSON.parse(text);
      draw();
    }
  } catch {
    say('#connection', 'Not connected: the program that serves this page has ended');
  }
  if (document.visibilityState === 'visible') timer = setTimeout(refresh, REFRESH_MS);
}

function draw() {
  const { traces, total } = view;
  const trace = traces.find(({ traceId }) => traceId === chosen) ?? traces[0];
  // The first trace that is shown stays until another is chosen; new ones only join the list.
  chosen = trace?.traceId ?? chosen;
  const counted = `${total.toLocaleString('en')} ${total === 1 ? 'trace' : 'traces'}`;
  say('#total', total > traces.length ? `${counted}, the latest ${traces.length} shown` : counted);
  find('#empty').hidden = trace !== undefined;
  find('#trace').hidden = trace === undefined;
  find('#pair').hidden = trace === undefined;
  drawList(traces);
  if (!trace) return;
  find('service-map').show(view.services, colourOf);
  const now = JSON.stringify(trace);
  if (now === shownTrace) return;
  shownTrace = now;
  say('#trace-name', trace.name);
  say('#trace-id', trace.traceId);
  const services = `${trace.services.length} ${trace.services.length === 1 ? 'service' : 'services'}`;
  const orphans = trace.orphans > 0 ? ` · ${trace.orphans} without their parent` : '';
  say('#trace-facts', `${trace.spans.length} spans · ${services} · ${trace.took}${orphans}`);
  waterfall.show(trace, view.highlight, colourOf);
}

function drawList(traces) {
  const focused = document.activeElement?.closest?.('#traces button')?.dataset.trace;
  const items = traces.map((trace) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.trace = trace.traceId;
    if (trace.traceId === chosen) button.setAttribute('aria-current', 'true');
    const took = part('took', trace.took);
    if (trace.failed) took.prepend(part('failed', 'failed'), ' ');
    const time = new Date(trace.startMs).toLocaleTimeString();
    const whose = trace.whose || `${trace.spans.length} spans`;
    // The spaces are not seen in a grid, but parted words are what a screen reader says.
    button.append(
      part('name', trace.name || '(no name)'),
      ' ',
      took,
      ' ',
      part('whose', whose),
      ' ',
      part('time', time),
    );
    button.addEventListener('click', () => choose(trace.traceId));
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  find('#traces').replaceChildren(...items);
  if (focused)
    [...document.querySelectorAll('#traces button')].find((one) => one.dataset.trace === focused)?.focus();
}

function choose(traceId) {
  chosen = traceId;
  history.replaceState(null, '', `#${encodeURIComponent(traceId)}`);
  draw();
}

/** A service keeps its colour as long as the services before it are the same. */
function colourOf(service) {
  const index = view.services.nodes.findIndex((node) => node.service === service);
  return `var(--service-${Math.max(index, 0) % COLOURS})`;
}

function part(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

function say(selector, text) {
  const element = find(selector);
  if (element.textContent !== text) element.textContent = text;
}

waterfall.addEventListener('span-chosen', ({ detail }) => find('span-details').show(detail, view.highlight));
addEventListener('hashchange', () => choose(chosenByLink()));
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh());
refresh();
