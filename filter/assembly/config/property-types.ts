import { PropertyType } from '../read/decode';
import { split } from './split';

/**
 * Envoy's attributes that are no texts (docs/root/intro/arch_overview/advanced/attributes.rst). What is not here is
 * a text, unless the configuration says otherwise.
 */
const INTEGERS: string[] = split(
  'connection.id destination.port listener_direction request.size request.total_size response.code ' +
    'response.flags response.grpc_status response.size response.total_size source.port upstream.port ' +
    'upstream.request_attempt_count xds.listener_direction',
  ' ',
);
const DURATIONS: string[] = split(
  'request.duration response.backend_latency upstream.cx_pool_ready_duration',
  ' ',
);

/** The type of an Envoy attribute by its name. */
export function typeOfProperty(name: string): i32 {
  if (INTEGERS.includes(name)) return PropertyType.Integer;
  if (DURATIONS.includes(name)) return PropertyType.Duration;
  if (name == 'request.time') return PropertyType.Timestamp;
  return name == 'connection.mtls' ? PropertyType.Boolean : PropertyType.Text;
}

/** The type that a configuration names; -1 when it is none. */
export function typeByName(name: string): i32 {
  if (name == 'text') return PropertyType.Text;
  if (name == 'integer') return PropertyType.Integer;
  if (name == 'number') return PropertyType.Number;
  if (name == 'boolean') return PropertyType.Boolean;
  if (name == 'timestamp') return PropertyType.Timestamp;
  return name == 'duration' ? PropertyType.Duration : -1;
}
