import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';

/** What the services of the tests answer: the headers that each of them got. */
export interface ShopAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Status of the answer that `orders` got. */
  readonly status: number;
  readonly inventory?: { readonly headers: IncomingHttpHeaders };
}

/** A fresh trace as a caller would begin it. */
export interface CallerTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
}

export function newTrace(): CallerTrace {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/**
 * GET with headers exactly as given: a list of values is sent as repeated headers, and each character as one
 * byte, so that bytes which are no UTF-8 can be sent too.
 */
export function get(
  url: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { headers: headers as Record<string, string | string[]>, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end();
  });
}
