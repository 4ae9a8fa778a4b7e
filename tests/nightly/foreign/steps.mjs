// Steps of a script that runs where only a foreign client is installed; see steps.py.
export const KUSTO = process.env.ADX_KUSTO;
export const ARM = process.env.ADX_ARM;
export const INGEST = process.env.ADX_INGEST;
export const TOKEN = "embedded-admin";

export async function step(name, tried) {
  let failure = "";
  try {
    await tried();
  } catch (error) {
    failure = `${error?.constructor?.name}: ${error?.message ?? error}`.slice(0, 2000);
  }
  process.stdout.write(`${JSON.stringify({ step: name, failure })}\n`);
}

export function isEqual(found, expected) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${one} instead of ${other}`);
}
