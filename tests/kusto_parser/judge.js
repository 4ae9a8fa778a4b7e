// Answers one JSON line for each JSON line: what Microsoft's KQL parser makes of a text.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const vm = require("node:vm");

// The package's files look for their globals in the surrounding scope, so `require` cannot load them.
const home = path.join(__dirname, "node_modules", "@kusto", "language-service-next");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(home, file), "utf8"), { filename: file });
}

const listed = (collection) =>
  collection ? Array.from({ length: collection.Count }, (_, i) => collection.getItem(i)) : [];
const childrenOf = (node) =>
  Array.from({ length: node.ChildCount }, (_, i) => node.GetChild(i)).filter(Boolean);
const typeOf = (node) => Bridge.getTypeName(node).split("[[")[0].split(".").pop();
const asText = (value) => (value === null || value === undefined ? null : String(value));

const asProblem = (problem) => ({
  code: problem.Code, message: problem.Message, start: problem.Start,
});

function look(node, found) {
  const type = typeOf(node);
  found.command ??= node.CommandKind ?? null;
  found.unknownCommand ||= type === "UnknownCommand";
  if (type === "SkippedTokens" && node.Width > 0) found.skipped.push(node.ToString(0));
  if (type === "NameReference" || type === "NameDeclaration") {
    // A quoted name holds a literal of its own: going deeper would count the name twice.
    found.names.push(node.SimpleName);
    return found;
  }
  if (type === "JsonPair") found.names.push(node.Name.ValueText);
  if (type === "LiteralExpression") found.literals.push(asText(node.LiteralValue));
  childrenOf(node).forEach((child) => look(child, found));
  return found;
}

// A database with tables of these schemas, such as `(a:long, b:string)`, by name.
function withTables(tables) {
  const { TableSymbol, DatabaseSymbol } = Kusto.Language.Symbols;
  const symbols = Object.entries(tables).map(([name, schema]) =>
    TableSymbol.From(schema).WithName(name));
  return Kusto.Language.GlobalState.Default.WithDatabase(
    new DatabaseSymbol.$ctor1("db", symbols, false));
}

function judgeOnce({ text, schema, tables }) {
  // Only the analysis knows result types, and it takes longer than the parsing.
  const { ParseAndAnalyze, Parse } = Kusto.Language.KustoCode;
  const code = (schema ? ParseAndAnalyze : Parse)(
    text, tables ? withTables(tables) : Kusto.Language.GlobalState.Default);
  const empty = { command: null, unknownCommand: false, skipped: [], names: [], literals: [] };
  return {
    kind: code.Kind,
    ...look(code.Syntax, empty),
    syntaxDiagnostics: listed(code.GetSyntaxDiagnostics()).map(asProblem),
    semanticDiagnostics: tables ? listed(code.GetDiagnostics()).map(asProblem) : [],
    columns: listed(code.ResultType && code.ResultType.Columns).map((column) => ({
      name: column.Name, type: column.Type.Name,
    })),
  };
}

const partial = Kusto.Language.Parsing.PartialParser;
const { ScanPartialBest: scanPartialBest } = partial;

function judge(request) {
  // For half-typed commands the parser tries each known command once more, 20 times the work of
  // the rest. That reading wins only where it is longer than a whole command, so a text that is
  // clean without it needs no second look; any other text gets the parser's full reading, if that is
  // wanted.
  partial.ScanPartialBest = () => -1;
  const quick = judgeOnce(request);
  partial.ScanPartialBest = scanPartialBest;
  const { syntaxDiagnostics, skipped, unknownCommand } = quick;
  const isClean = !unknownCommand && syntaxDiagnostics.length + skipped.length === 0;
  return isClean || !request.halfTyped ? quick : judgeOnce(request);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
});
