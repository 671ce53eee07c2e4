import { expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';
import { describeWithEnvoy } from './launchers.ts';

/** One page of WebAssembly. */
const FLAT_BYTES = 64 * 1024;
const SIZE = { requests: 20_000, reconfigurations: 200, looks: 2, timeLimit: 240_000 };

/** `npm run soak` is the same with a million requests and ten thousand reconfigurations. */
describeWithEnvoy('memory', (launcher) => {
  it('of the VM is flat over many requests of all lengths, and over many reconfigurations', async () => {
    const { points, vmGrowth, failures } = await soak(await launcher(), SIZE);
    expect(points.at(-1)).toMatchObject({ reconfigurations: SIZE.reconfigurations });
    expect(points.at(-1)?.requests).toBeGreaterThanOrEqual(SIZE.requests);
    expect(vmGrowth).toBeLessThanOrEqual(FLAT_BYTES);
    expect(failures).toBe(0);
  }, 250_000);
});
