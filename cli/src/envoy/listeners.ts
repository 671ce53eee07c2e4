import { MeshspanError } from '../errors.ts';

/** Ports that Envoy gave its listeners, by name, once the admin interface says it is ready to serve. */
export async function readyListeners(admin: string, timeoutMs = 20_000): Promise<Map<string, number>> {
  const deadline = Date.now() + timeoutMs;
  let got = 'no answer';
  // The admin interface has no way to wait: it is asked until it is ready.
  while (Date.now() < deadline) {
    try {
      const ready = await fetch(`${admin}/ready`);
      got = (await ready.text()).trim();
      if (ready.ok) return await listenerPorts(admin);
    } catch (error) {
      got = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new MeshspanError('MESHSPAN_ERR_ENVOY_FAILED', {
    expected: 'LIVE',
    got: `${got} after ${timeoutMs} ms`,
    where: `${admin}/ready`,
    mend: "look at Envoy's log",
  });
}

/** The admin interface's answer (envoy.admin.v3.Listeners). */
interface Listeners {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

async function listenerPorts(admin: string): Promise<Map<string, number>> {
  const answer = (await (await fetch(`${admin}/listeners?format=json`)).json()) as Listeners;
  return new Map(
    answer.listener_statuses?.map(({ name, local_address }) => [
      name,
      local_address.socket_address.port_value,
    ]),
  );
}

/** Base URL of a listener by name. Throws MESHSPAN_ERR_ENVOY_FAILED when Envoy has none of that name. */
export function listenerUrl(host: string, ports: ReadonlyMap<string, number>, name: string): string {
  const port = ports.get(name);
  if (port !== undefined) return `http://${host}:${port}`;
  throw new MeshspanError('MESHSPAN_ERR_ENVOY_FAILED', {
    expected: `a listener named ${name}`,
    got: [...ports.keys()].join(', ') || 'none',
    where: 'the running Envoy',
    mend: 'look in the log for why it was refused',
  });
}
