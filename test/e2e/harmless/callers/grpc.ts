/** A gRPC message on the wire: not compressed, length, bytes (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export function grpcMessage(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}
