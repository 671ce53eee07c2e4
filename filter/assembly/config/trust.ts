import { getProperty, Received } from '../abi/host';
import { Trust } from '../govern/trust';
import { Fields, quoted } from './fields';
import { JsonKind } from './json';
import { Plan } from './plan';
import { Code } from './problems';

const MOST_PEERS: i32 = 64;
const SCHEME: string = 'spiffe://';

/** Whose word on identity is taken: nobody's, where that cannot be told, as whoever wrote the field meant to limit it. */
export function compileTrust(root: Fields, plan: Plan): void {
  if (root.json.get('trust') === null) return;
  plan.trust = new Trust(false);
  root.consequence = 'nobody is believed: identity edge without peers';
  const json = root.of('trust', JsonKind.Record);
  if (json === null) return;
  const fields = root.inner(json, 'trust');
  if (!fields.only(['identity', 'peers'])) return;
  if (root.json.names.indexOf('trust') != root.json.names.lastIndexOf('trust')) {
    root.refuse('trust', 'a field that is written once', 'it twice');
    return;
  }
  if (fields.requiredText('identity') === null) return;
  const isMesh = fields.either('identity', 'mesh', 'edge');
  const trust = new Trust(isMesh && !isGateway());
  const peers = json.get('peers');
  if (peers !== null) compilePeers(fields, trust);
  else if (isMesh) trust.peers.push(String.UTF8.encode(SCHEME + '**'));
  if (!fields.wrong) plan.trust = trust;
}

function compilePeers(fields: Fields, trust: Trust): void {
  const list = fields.list('peers', MOST_PEERS);
  if (list === null) return;
  for (let i = 0; i < list.items.length; i++) {
    const item = list.items[i];
    const isPattern = item.kind == JsonKind.Text && item.text.startsWith(SCHEME) && hasRestAtEnd(item.text);
    if (isPattern) {
      trust.peers.push(String.UTF8.encode(item.text));
    } else {
      const expected = 'a pattern of SPIFFE ids, such as spiffe://cluster.local/ns/*/sa/*';
      fields.refuse(`peers[${i}]`, expected, quoted(item.text));
    }
  }
}

/** Two stars stand at the end only. */
function hasRestAtEnd(text: string): bool {
  const rest = text.indexOf('**');
  return rest < 0 || rest == text.length - 2;
}

/** Istio's node ids begin with the kind of the proxy: `sidecar~…`, `router~…`, `waypoint~…`. */
function isGateway(): bool {
  if (!getProperty(String.UTF8.encode('xds\0node\0id'))) return false;
  return String.UTF8.decodeUnsafe(Received.start, Received.size).startsWith('router~');
}
