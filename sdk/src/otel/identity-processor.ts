import { current } from '../context.ts';
import { type AttributeTarget, setIdentityAttributes } from './identity-attributes.ts';

/**
 * An OpenTelemetry span processor that sets `user.id` and `tenant.id` on every span that begins while a request
 * is served: on those of clients and databases, and on your own. The server's span begins before the request
 * reaches any middleware; that one the middleware itself sets them on.
 *
 * @example
 * new NodeSDK({ spanProcessors: [new IdentitySpanProcessor(), new BatchSpanProcessor(exporter)] });
 */
export class IdentitySpanProcessor {
  onStart(span: AttributeTarget): void {
    const identity = current()?.identity;
    if (identity !== undefined) setIdentityAttributes(span, identity);
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
