// azure-kusto-ingest for Node.js, as its documentation shows it.
import { writeFileSync, createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { Client, KustoConnectionStringBuilder as Builder } from "azure-kusto-data";
import {
  BlobDescriptor, DataFormat, FileDescriptor, IngestClient, IngestionProperties, IngestStatusQueues,
  ReportLevel, ReportMethod, StreamDescriptor, StreamingIngestClient,
} from "azure-kusto-ingest";
import { INGEST, KUSTO, TOKEN, isEqual, step } from "./steps.mjs";

const BLOB = "https://contosolake.blob.core.windows.net/landing/orders.csv"
  + ";managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6";
const LINES = "71,north,1.5,2026-01-05\n72,south,2.5,2026-01-05\n";
const reader = new Client(Builder.withAccessToken(KUSTO, TOKEN));
const propertiesOf = (table) => new IngestionProperties({
  database: "Sales", table, format: DataFormat.CSV,
  reportLevel: ReportLevel.FailuresAndSuccesses, reportMethod: ReportMethod.Queue,
});
const client = new IngestClient(Builder.withAccessToken(INGEST, TOKEN), propertiesOf("Orders"));

async function count() {
  const answer = await reader.execute("Sales", "Orders | count");
  return [...answer.primaryResults[0].rows()][0].Count;
}
async function adds(number, ingest) {
  const before = await count();
  await ingest();
  isEqual((await count()) - before, number);
}

await step("queued ingestion of a blob", () =>
  adds(2, () => client.ingestFromBlob(new BlobDescriptor(BLOB, 66))));
await step("queued ingestion of a file", () => adds(4, async () => {
  writeFileSync("orders.csv", LINES);
  await client.ingestFromFile(new FileDescriptor("orders.csv"));
  await client.ingestFromFile("orders.csv");
}));
await step("queued ingestion of a stream", () => adds(4, async () => {
  await client.ingestFromStream(Readable.from([Buffer.from(LINES)]));
  await client.ingestFromStream(new StreamDescriptor(createReadStream("orders.csv")));
}));
await step("upload in blocks", () => adds(20000, async () => {
  // Streams are uploaded in blocks of 8 MB: two of them, of 520 bytes a line.
  const line = (number) => `${number},${"x".repeat(500)},1.5,2026-01-05\n`;
  const lines = Array.from({ length: 20000 }, (_, number) => line(number));
  await client.ingestFromStream(Readable.from([Buffer.from(lines.join(""))]));
}));
await step("reports in queues", async () => {
  await client.ingestFromBlob(new BlobDescriptor(BLOB, 66), propertiesOf("Nowhere"));
  const queues = new IngestStatusQueues(client);
  const [failure] = await queues.failure.pop(1);
  isEqual([failure.Table, failure.ErrorCode], ["Nowhere", "BadRequest_TableNotExist"]);
  isEqual(await queues.success.isEmpty(), false);
});
await step("streaming ingestion", async () => {
  const streaming = new StreamingIngestClient(Builder.withAccessToken(KUSTO, TOKEN));
  await streaming.ingestFromStream(Readable.from([Buffer.from(LINES)]), propertiesOf("Orders"));
});
process.exit(0);
