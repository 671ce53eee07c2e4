import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@meshspan/cli/process/run.ts';
import { expect, it } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { agentBootstrapTemplate, analyzeIstio, checkCrds, validateIstio } from './istio.ts';
import { crdcheck, istioctl, pilotAgent, pilotAgent129 } from './tools.ts';

const GOOD = `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: meshspan, namespace: default }
spec:
  selector: { matchLabels: { app: web } }
  url: oci://registry.example/meshspan:1
  phase: STATS
  failStrategy: FAIL_OPEN
  pluginConfig: { attributes: [{ name: user.id }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: default }
spec:
  gatewayClassName: istio-waypoint
  listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: mesh, namespace: istio-system }
spec:
  tracing:
    - providers: [{ name: otel }]
      randomSamplingPercentage: 100
      customTags: { user.id: { formatter: { value: "%FILTER_STATE(wasm.meshspan.user.id:PLAIN)%" } } }
`;

const FIRST = 'extensions.istio.io/v1alpha1';

await describeWithTools('istioctl', [istioctl], () => {
  it('validates resources', async () => {
    expect(await validateIstio([await fixture('good.yaml', GOOD)])).toMatch(/is valid/);
  });

  it.each([
    ['a phase that is none', 'STATS', 'LATER', /unknown value .*LATER.* for enum/],
    ['more than all requests', '100', '400', /randomSamplingPercentage must be in range/i],
    ['a field that Istio has not', 'failStrategy', 'failPolicy', /unknown field "failPolicy"/],
  ])('refuses %s', async (_what, good, bad, words) => {
    const file = await fixture('bad.yaml', GOOD.replace(good, bad));
    await expect(validateIstio([file])).rejects.toThrow(words);
  });

  it('analyzes what resources mean to each other', async () => {
    const good = await fixture('good.yaml', GOOD);
    expect(await analyzeIstio([good])).not.toContainEqual(expect.objectContaining({ level: 'Error' }));
    const route = await fixture(
      'route.yaml',
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop.example]
  gateways: [none]
  http: [{ route: [{ destination: { host: nowhere } }] }]
`,
    );
    expect(await analyzeIstio([good, route])).toContainEqual(
      expect.objectContaining({
        code: 'IST0101',
        level: 'Error',
        message: expect.stringMatching(/gateway not found: "none"/i),
      }),
    );
  });

  it('rejects where there is nothing to analyze', async () => {
    await expect(analyzeIstio(['/nonexistent.yaml'])).rejects.toThrow(/nonexistent/);
  });
});

await describeWithTools('pilot-agent', [pilotAgent], () => {
  it('is of the commit that it says, and has the template of its bootstrap', async () => {
    const { stdout } = await run(await pilotAgent.path(), ['version', '--short']);
    const [, commit = 'none'] = /version: 1\.31-(\w+)/.exec(stdout) ?? [];
    // All of Istio's programs have this stamp, which is written by hand: here it meets what go.mod pins.
    const mod = await readFile(join(import.meta.dirname, 'istio', 'go.mod'), 'utf8');
    expect(mod).toMatch(new RegExp(`istio\\.io/istio v0\\.0\\.0-\\d+-${commit}$`, 'm'));
    expect(await readFile(await agentBootstrapTemplate(), 'utf8')).toContain('"dynamic_resources"');
  });
});

// On request, as xdsd129: a run that has not asked for it has no test of it to skip.
if ((await pilotAgent129.whyMissing()) === undefined) {
  it('pilot-agent129 is of the release that it says, with the template of its own', async () => {
    const { stdout } = await run(await pilotAgent129.path(), ['version', '--short']);
    expect(stdout).toMatch(/version: 1\.29\.1\b/);
    const template = await readFile(await agentBootstrapTemplate('istio129.mod'), 'utf8');
    expect(template).toContain('"dynamic_resources"');
    expect(template).not.toBe(await readFile(await agentBootstrapTemplate(), 'utf8'));
  });
}

await describeWithTools('the schemas of Istio’s CustomResourceDefinitions', [crdcheck], () => {
  it('take good resources', async () => {
    expect(await checkCrds([await fixture('good.yaml', GOOD)])).toBe('');
  });

  it.each([
    ['a phase that is none', 'STATS', 'LATER', /spec\.phase: Unsupported value: "LATER"/],
    ['more than all requests', '100', '400', /randomSamplingPercentage: Invalid value: 400/],
    ['a field that Istio has not', 'failStrategy', 'failPolicy', /unknown fields \[spec\.failPolicy\]/],
    [
      'what a CEL rule forbids',
      'selector: {',
      'targetRefs: [{ kind: Service, name: a }]\n  selector: {',
      /only one of targetRefs or selector can be set/,
    ],
    ['a URL that no scheme of Istio has', 'oci:', 'ftp:', /url must have schema one of/],
    ['a port of a Gateway that is none', '15008', '150080', /port: Invalid value: 150080/],
    ['a kind that it does not know', FIRST, 'extensions.istio.io/v1', /no validator found/],
  ])('refuse %s', async (_what, good, bad, words) => {
    const file = await fixture('bad.yaml', GOOD.replace(good, bad));
    await expect(checkCrds([file])).rejects.toThrow(words);
  });

  it('name the mistakes of every resource', async () => {
    const file = await fixture(
      'bad.yaml',
      GOOD.replace('STATS', 'LATER').replace('FAIL_OPEN', 'FAIL_SHUT').replace('100', '400'),
    );
    await expect(checkCrds([file])).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^(?=.*LATER)(?=.*FAIL_SHUT)(?=.*400)/s) }),
    );
  });
});
