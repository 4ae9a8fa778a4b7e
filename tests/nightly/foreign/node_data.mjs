// azure-kusto-data for Node.js, as its documentation shows it.
import { Client, KustoConnectionStringBuilder as Builder } from "azure-kusto-data";
import { INGEST, KUSTO, TOKEN, isEqual, step } from "./steps.mjs";

const byToken = () => Builder.withAccessToken(KUSTO, TOKEN);
const rows = (answer) => [...answer.primaryResults[0].rows()];

await step("query", async () => {
  const answer = await new Client(byToken()).execute("Sales", "Orders | take 2");
  isEqual(rows(answer).map((row) => row.OrderId), [1, 2]);
});
await step("query of the older endpoint", async () => {
  const answer = await new Client(byToken()).executeQueryV1("Sales", "Orders | take 2");
  isEqual(rows(answer).map((row) => row.OrderId), [1, 2]);
});
await step("command", async () => {
  const answer = await new Client(byToken()).execute("Sales", ".show tables");
  isEqual(rows(answer).map((row) => row.TableName), ["Orders", "Customers"]);
});
await step("error of the service", async () => {
  let status = 0;
  try {
    await new Client(byToken()).execute("Sales", ".drop table Nowhere");
  } catch (error) {
    status = error.response.status;
  }
  isEqual(status, 400);
});
await step("sign-in by a provider of tokens", async () => {
  const client = new Client(Builder.withTokenProvider(KUSTO, async () => TOKEN));
  isEqual(rows(await client.execute("Sales", "Orders | count"))[0].Count, 6);
});
await step("sign-in with a managed identity", async () => {
  const client = new Client(Builder.withSystemManagedIdentity(KUSTO));
  isEqual(rows(await client.execute("Sales", "Orders | count"))[0].Count, 6);
});
await step("ingestion endpoint", async () => {
  const client = new Client(Builder.withAccessToken(INGEST, TOKEN));
  const answer = await client.execute("NetDefaultDB", ".get ingestion resources");
  isEqual(rows(answer).length > 0, true);
});
process.exit(0);
