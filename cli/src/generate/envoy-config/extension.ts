/** A place in Envoy's configuration that takes one of several things, each of its own type (`TypedExtensionConfig`). */

/** A protobuf message in JSON form, as YAML prints it. */
export type Json = Readonly<Record<string, unknown>>;

/** An extension by its name and the type that Envoy finds it by, without `type.googleapis.com/`. */
export function extension(name: string, type: string, fields: Json = {}): NamedExtension {
  return { name, typed_config: { '@type': `type.googleapis.com/${type}`, ...fields } };
}

export interface NamedExtension extends Json {
  readonly name: string;
  readonly typed_config: Json;
}

/** The last filter of every chain. */
export function router(): NamedExtension {
  return extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router');
}
