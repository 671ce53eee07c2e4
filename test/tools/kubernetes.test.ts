import { expect, it } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { validateKubernetes } from './kubernetes.ts';
import { kubecheck } from './tools.ts';

const GOOD = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: None, selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: shop }
data: { key: value }
`;

await describeWithTools('validation of Kubernetes', [kubecheck], () => {
  it('takes what is right', async () => {
    await validateKubernetes(await fixture('good.yaml', GOOD));
  });

  it.each([
    [
      'a field that is not there',
      'selector: { matchLabels',
      'selectors: { matchLabels',
      /unknown field "spec.selectors"/,
    ],
    [
      'labels that the selector does not find',
      'labels: { app: web }',
      'labels: { app: other }',
      /selector.*does not match/,
    ],
    ['a port that is none', 'port: 80', 'port: 80000', /spec.ports\[0\].port: Invalid value: 80000/],
    [
      'a name that is none',
      'name: web, namespace: shop }\ndata',
      'name: We_b, namespace: shop }\ndata',
      /metadata.name: Invalid/,
    ],
    ['a kind that it does not know', 'kind: ConfigMap', 'kind: ConfigMop', /no kind "ConfigMop"/],
  ])('refuses %s', async (_what, good, bad, words) => {
    const text = GOOD.replace(good, bad);
    expect(text).not.toBe(GOOD);
    await expect(validateKubernetes(await fixture('bad.yaml', text))).rejects.toThrow(words);
  });

  it('refuses a file of nothing', async () => {
    await expect(validateKubernetes(await fixture('none.yaml', ''))).rejects.toThrow(/no resource to check/);
  });
});
