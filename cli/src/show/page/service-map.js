const SVG = 'http://www.w3.org/2000/svg';
const NODE = { width: 156, height: 48 };
const STEP = { x: 188, y: 92 };
const MARGIN = 2;

/** Services and the requests between them, callers above: call chains are longer than they are wide. */
class ServiceMap extends HTMLElement {
  show({ nodes, edges }, colourOf) {
    const layers = Map.groupBy(nodes, (node) => node.layer);
    const widest = Math.max(1, ...[...layers.values()].map((layer) => layer.length));
    const places = new Map();
    for (const [layer, members] of layers) {
      const left = ((widest - members.length) * STEP.x) / 2;
      for (const [index, { service }] of members.entries()) {
        places.set(service, { x: MARGIN + left + index * STEP.x, y: MARGIN + layer * STEP.y });
      }
    }
    const width = (widest - 1) * STEP.x + NODE.width + 2 * MARGIN;
    const height = (layers.size - 1) * STEP.y + NODE.height + 2 * MARGIN;
    const picture = make('svg', {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': describe(edges),
    });
    picture.style.maxWidth = `${width}px`;
    for (const edge of edges) picture.append(drawEdge(edge, places.get(edge.from), places.get(edge.to)));
    for (const node of nodes)
      picture.append(drawNode(node, places.get(node.service), colourOf(node.service)));
    this.replaceChildren(picture);
  }
}

function drawNode({ service, requests, silent }, { x, y }, colour) {
  const group = make('g', { class: silent ? 'node silent' : 'node', transform: `translate(${x} ${y})` });
  group.style.setProperty('--service', colour);
  const reason = silent ? `${service} sends no spans of its own; its caller's spans name it` : service;
  group.append(
    make('title', {}, reason),
    make('rect', { ...NODE, rx: 8 }),
    make('text', { x: NODE.width / 2, y: 21, class: 'service' }, shorten(service)),
    make('text', { x: NODE.width / 2, y: 38 }, countRequests(requests)),
  );
  return group;
}

/** From the lower side of the caller to the upper side of the called; upwards along the right side. */
function drawEdge({ from, to, requests }, caller, called) {
  const isDown = called.y > caller.y;
  const side = isDown ? NODE.width / 2 : NODE.width * 0.85;
  const start = { x: caller.x + side, y: caller.y + (isDown ? NODE.height : 0) };
  const end = { x: called.x + side, y: called.y + (isDown ? 0 : NODE.height) };
  const tip = isDown ? end.y - 7 : end.y + 7;
  const middle = (start.y + tip) / 2;
  const group = make('g', { class: 'edge' });
  group.append(
    make('title', {}, `${from} to ${to}: ${countRequests(requests)}`),
    make('path', {
      d: `M${start.x} ${start.y} C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${tip}`,
      class: 'line',
    }),
    make('path', { d: `M${end.x} ${end.y} l-4.5 ${isDown ? -8 : 8} h9 z`, class: 'head' }),
    make('text', { x: (start.x + end.x) / 2 + 8, y: middle + 4 }, requests.toLocaleString('en')),
  );
  return group;
}

function describe(edges) {
  const calls = edges.map(({ from, to, requests }) => `${from} to ${to}: ${countRequests(requests)}`);
  return calls.join('; ') || 'One service';
}

function countRequests(number) {
  return `${number.toLocaleString('en')} ${number === 1 ? 'request' : 'requests'}`;
}

function shorten(name) {
  const letters = [...name];
  return letters.length <= 18 ? name : `${letters.slice(0, 17).join('')}…`;
}

function make(name, attributes = {}, text = '') {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

customElements.define('service-map', ServiceMap);
