-- The peer in Lua: two headers and a constant to dynamic metadata.
function envoy_on_request(handle)
  local headers = handle:headers()
  local metadata = handle:streamInfo():dynamicMetadata()
  metadata:set("meshspan", "user.id", headers:get("x-user-id") or "anonymous")
  local tenant = headers:get("x-tenant-id")
  if tenant ~= nil then
    metadata:set("meshspan", "tenant.id", tenant)
  end
  metadata:set("meshspan", "cluster", "bench")
end
