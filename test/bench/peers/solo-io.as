// The peer on @solo-io/proxy-runtime 0.1.8 (AssemblyScript 0.14): two headers and a constant to filter state.
export * from "@solo-io/proxy-runtime/proxy";
import {
  Context,
  FilterHeadersStatusValues,
  registerRootContext,
  RootContext,
  stream_context,
} from "@solo-io/proxy-runtime";
import { set_property } from "@solo-io/proxy-runtime/runtime";

class AttributesRoot extends RootContext {
  createContext(contextId: u32): Context {
    return new Attributes(contextId, this);
  }

  // The package's own one gives the host the size where an address belongs, and traps.
  onConfigure(size: u32): bool {
    return true;
  }
}

class Attributes extends Context {
  constructor(contextId: u32, root: AttributesRoot) {
    super(contextId, root);
  }

  onRequestHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    let user = stream_context.headers.request.get("x-user-id");
    if (user == "") user = "anonymous";
    set_property("meshspan.user.id", String.UTF8.encode(user));
    let tenant = stream_context.headers.request.get("x-tenant-id");
    if (tenant != "") set_property("meshspan.tenant.id", String.UTF8.encode(tenant));
    set_property("meshspan.cluster", String.UTF8.encode("bench"));
    return FilterHeadersStatusValues.Continue;
  }
}

registerRootContext((contextId: u32) => new AttributesRoot(contextId), "solo-io");
