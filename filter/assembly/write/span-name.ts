import { allocate } from '../abi/arena';
import { Bytes, Received, setProperty } from '../abi/host';
import { Plan } from '../config/plan';
import { split } from '../config/split';
import { ValueSet } from '../govern/values';
import { headerValue } from '../read/headers';
import { Route, RouteTemplates } from '../read/route-templates';

/** Filter state that `tracing.operation` of Envoy's connection manager reads. */
const SPAN_NAME: Bytes = String.UTF8.encode('meshspan.span_name');
/** Of OpenTelemetry's semantic conventions for HTTP. */
const HTTP_ROUTE: Bytes = String.UTF8.encode('meshspan.http.route');
/** What stands for a method that nobody knows: a span's name must be one of few (OpenTelemetry, HTTP spans, "Name"). */
const UNKNOWN_METHOD: Bytes = String.UTF8.encode('HTTP');
const METHODS: ValueSet = ValueSet.of(
  split('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY', ' '),
);

/** Names the request's span by the template that fits it best; by its method alone where none does. */
export function writeSpanName(plan: Plan, routes: RouteTemplates): void {
  let method: usize = 0;
  let methodSize: usize = 0;
  if (headerValue(plan.methodSlot)) {
    method = Received.start;
    methodSize = Received.size;
  }
  let route: Route | null = null;
  if (headerValue(plan.pathSlot)) {
    const start = Received.start;
    const last = start + Received.size;
    let end = start;
    // Neither query nor fragment are of the path (RFC 3986, section 3.3).
    while (end < last && load<u8>(end) != 0x3f && load<u8>(end) != 0x23) end++;
    route = routes.find(start, end, method, methodSize);
  }
  if (route !== null) {
    set(HTTP_ROUTE, route.path);
    if (route.method !== null) {
      set(SPAN_NAME, route.name);
      return;
    }
  }
  if (!METHODS.has(method, <i32>methodSize)) {
    method = changetype<usize>(UNKNOWN_METHOD);
    methodSize = UNKNOWN_METHOD.byteLength;
  }
  if (route === null) {
    setProperty(SPAN_NAME, method, methodSize);
    return;
  }
  const pathSize = <usize>route.path.byteLength;
  const name = allocate(methodSize + 1 + pathSize);
  if (name == 0) return;
  memory.copy(name, method, methodSize);
  store<u8>(name + methodSize, 0x20);
  memory.copy(name + methodSize + 1, changetype<usize>(route.path), pathSize);
  setProperty(SPAN_NAME, name, methodSize + 1 + pathSize);
}

function set(key: Bytes, value: Bytes): void {
  setProperty(key, changetype<usize>(value), value.byteLength);
}
