import { ISTIO_RELEASES, isAtLeast, NEWEST } from '@meshspan/cli/config/versions.ts';
import { describe, expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { type AnalysisMessage, analyzeIstio, checkCrds, validateIstio } from '../../tools/istio.ts';
import { crdcheck, istioctl } from '../../tools/tools.ts';
import { FIXTURES, generate, written } from './generated.ts';

/** What resources refer to and meshspan does not write: namespaces, gateways, waypoints. */
const AROUND = `
${['shop', 'pay', 'edge', 'ingress', 'istio-system'].map(namespace).join('---')}
---
${[
  ['public', 'edge', 'istio'],
  ['waypoint', 'shop', 'istio-waypoint'],
  ['waypoint', 'pay', 'istio-waypoint'],
]
  .map(
    ([name, namespace, gatewayClass]) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec: { gatewayClassName: ${gatewayClass}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`,
  )
  .join('---')}
`;

function namespace(name: string): string {
  return `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { istio-injection: enabled } }
`;
}

/** All for the oldest and the newest; for those between, which write the same as one of these, two. */
const CASES = ISTIO_RELEASES.flatMap((release) =>
  FIXTURES.filter(({ name }) => {
    // Nothing for the older ones: index.test.ts has the error.
    if (name === 'traffic-extension.yaml') return isAtLeast(release, '1.30');
    return release === ISTIO_RELEASES[0] || release === NEWEST.istio || name === 'everything.yaml';
  }).map((fixture) => ({ release, ...fixture })),
);

/** What analyze says of every EnvoyFilter, whatever is in it (pkg/config/validation, `ValidateEnvoyFilter`). */
function isOfEveryEnvoyFilter({ code, origin, message }: AnalysisMessage): boolean {
  return code === 'IST0133' && origin.startsWith('EnvoyFilter ') && /exposes internal/.test(message);
}

await describeWithTools('Istio takes what is generated', [istioctl, crdcheck], () => {
  describe.each(CASES)('for $release of $name', ({ release, text }) => {
    it('validate, the schemas and analyze find nothing', async () => {
      const { resources, meshConfig, operator } = await written(generate(text, release));
      expect(resources).not.toHaveLength(0);
      expect(await checkCrds(resources)).toBe('');
      expect(await validateIstio(operator === undefined ? resources : [...resources, operator])).toMatch(
        /is valid/,
      );
      const around = await fixture('around.yaml', AROUND);
      const mesh = meshConfig === undefined ? {} : { meshConfig };
      const found = await analyzeIstio([around, ...resources], mesh);
      expect(found.filter((message) => !isOfEveryEnvoyFilter(message))).toEqual([]);
    });
  });
});
