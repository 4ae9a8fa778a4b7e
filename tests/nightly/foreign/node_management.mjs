// @azure/arm-kusto for Node.js; like all management SDKs it sends no token over http by itself.
import { KustoManagementClient } from "@azure/arm-kusto";
import { ARM, TOKEN, isEqual, step } from "./steps.mjs";

const SUBSCRIPTION = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07";
const PLACE = ["analytics", "contoso"];
const credential = { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: 4102444800000 }) };
const client = new KustoManagementClient(credential, SUBSCRIPTION, {
  endpoint: ARM, allowInsecureConnection: true,
});
client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
client.pipeline.addPolicy({
  name: "byToken",
  sendRequest: (request, next) => {
    request.headers.set("Authorization", `Bearer ${TOKEN}`);
    return next(request);
  },
});

async function names(pages) {
  const found = [];
  for await (const each of pages) found.push(each.name);
  return found;
}

await step("clusters", async () => {
  isEqual(await names(client.clusters.list()), ["contoso"]);
  isEqual((await client.clusters.get(...PLACE)).state, "Running");
});
await step("databases and principals", async () => {
  isEqual((await names(client.databases.listByCluster(...PLACE))).includes("contoso/Sales"), true);
  isEqual((await names(client.clusterPrincipalAssignments.list(...PLACE))).length > 0, true);
});
await step("data connections", async () => {
  const found = client.dataConnections.listByDatabase(...PLACE, "Sales");
  isEqual(await names(found), ["contoso/Sales/sales-orders"]);
});
await step("changing a cluster", async () => {
  await client.clusters.beginUpdateAndWait(...PLACE, { tags: { a: "b" } }, { updateIntervalInMs: 50 });
  isEqual((await client.clusters.get(...PLACE)).tags, { a: "b" });
});
process.exit(0);
