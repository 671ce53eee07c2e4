/** Envoy's counters and gauges, from its admin interface. */

/** Those whose names match, sorted by name. */
export async function counters(admin: string, filter: string): Promise<Map<string, number>> {
  const answer = await fetch(`${admin}/stats?filter=${encodeURIComponent(filter)}`);
  const lines = [...(await answer.text()).matchAll(/^(\S+): (\d+)$/gm)];
  return new Map(lines.map(([, name = '', value]) => [name, Number(value)]));
}
