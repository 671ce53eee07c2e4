import { describe, expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { checkFlagger } from '../../tools/flagger.ts';
import { analyzeIstio, checkCrds, validateIstio } from '../../tools/istio.ts';
import { crdcheck, istioctl } from '../../tools/tools.ts';
import { written } from '../istio/generated.ts';
import { AB, FLAGGER, generate } from './meshes.ts';

/** What the resources refer to and meshspan does not write. */
const AROUND = ['shop', 'ingress']
  .map(
    (name) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { istio-injection: enabled } }
`,
  )
  .concat(
    ['orders', 'pay'].map(
      (name) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: ${name === 'pay' ? 8080 : 80} }] }
`,
    ),
    ['v1', 'v2', 'blue', 'green'].flatMap((version) =>
      ['orders', 'pay'].map(
        (app) => `
apiVersion: v1
kind: Pod
metadata: { name: ${app}-${version}, namespace: shop, labels: { app: ${app}, version: ${version} } }
spec: { containers: [{ name: app, image: app }, { name: istio-proxy, image: proxy }] }
`,
      ),
    ),
    `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
---
apiVersion: v1
kind: Pod
metadata: { name: gateway, namespace: ingress, labels: { istio: ingressgateway } }
spec: { containers: [{ name: istio-proxy, image: proxy }] }
`,
  )
  .join('---');

await describeWithTools('Istio takes an A/B test', [istioctl, crdcheck], () => {
  it.each(Object.entries(AB))('%s', async (_, text) => {
    const { resources } = await written(generate(text));
    expect(await checkCrds(resources)).toBe('');
    expect(await validateIstio(resources)).toMatch(/is valid/);
    expect(await analyzeIstio([await fixture('around.yaml', AROUND), ...resources])).toEqual([]);
  });
});

await describeWithTools("Flagger's schemas take", [crdcheck], () => {
  it.each(Object.entries(FLAGGER))('%s', async (_, text) => {
    const { resources } = await written(generate(text));
    expect(resources.length).toBeGreaterThan(1);
    expect(await checkFlagger(resources)).toBe('');
  });

  it('and refuse another', async () => {
    const [file] = generate(FLAGGER.canary).filter(({ path }) => path.endsWith('orders.yaml'));
    const bad = await fixture('bad.yaml', (file?.text ?? '').replace('stepWeight', 'stepWait'));
    await expect(checkFlagger([bad])).rejects.toThrow(/spec.analysis/);
  });
});

describe('files', () => {
  it('are none without rollouts, which is said', () => {
    expect(() => generate('{}')).toThrow(/expected: a rollout/);
  });

  it('have each template once in a namespace', () => {
    const templates = generate(FLAGGER.everything).find(({ path }) => path.endsWith('templates.yaml'));
    const names = templates?.text.match(/^ {2}(name|namespace): .*$/gm) ?? [];
    const pairs = names.flatMap((name, i) => (i % 2 === 0 ? [`${name} ${names[i + 1]}`] : []));
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs).toHaveLength(5);
  });
});
