// Prints one line for each management command that Microsoft's parser knows: its name, a tab, and
// its syntax as a pattern. Words and signs stand for themselves, `<…>` for a rule of the parser,
// a blank for a gap; `(?:…|…)`, `(?!…)`, `?` and `*` mean what they mean in a regular expression.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const home = path.join(__dirname, "node_modules", "@kusto", "language-service-next");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(home, file), "utf8"), { filename: file });
}

class Pattern {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
  // Whether an editor proposes a word is of no interest here.
  Hide$1() { return this; }
}
const pattern = (...texts) => new Pattern(texts.join(""));
const literally = (text) => text.replace(/[\\^$.*+?()[\]{}|<>]/g, "\\$&");
const oneOf = (items) => (items.length > 1 ? pattern("(?:", items.join("|"), ")") : items[0]);
const inOrder = (items) => pattern(items.filter((item) => item instanceof Pattern).join(" "));
const word = (text) => pattern(literally(text));
const listOf = (sign) => (item) => pattern("(?:", item, `(?:${sign} `, item, ")*)");
const optional = (item) => pattern("(?:", item, ")?");

// The grammar is a program that puts parsers together: here it puts patterns together instead.
const { Parsing } = Kusto.Language;
const parsers = Parsing.Parsers$1(Parsing.LexicalToken);
const commands = [];
const builders = {
  Token: word,
  Token$1: word,
  Token$2: (texts) => oneOf(texts.map(word)),
  OneOrMoreCommaList: listOf(" ,"),
  ZeroOrMoreCommaList: (item) => optional(listOf(" ,")(item)),
  OneOrMoreList: listOf(""),
  ZeroOrMoreList: (item) => optional(listOf("")(item)),
  CD: () => null,
  CD$1: () => null,
  Command: (_name, syntax) => syntax,
  CommandParserInfo: function CommandParserInfo(name, syntax) { commands.push([name, syntax]); },
};
for (const name of Object.keys(Parsing.CommandGrammar).filter((key) => /^Custom(\$\d+)?$/.test(key))) {
  builders[name] = (...items) => inOrder(items.flat());
}
Object.assign(Parsing.CommandGrammar, builders);
Object.assign(parsers, {
  Best$1: (_type, items) => oneOf(items),
  Optional$1: (_type, item) => optional(item),
  And: inOrder,
  Not: (item) => pattern("(?!", item, " )"),
  If$1: (_type, test, item) => pattern(test, item),
});
const rules = new Proxy({}, { get: (_rules, name) => pattern("<", name, ">") });
// Half of the text would be this list of properties, always the same.
const property = "<NameDeclaration> = <Value>";
const properties = `with \\( (?:${property}(?: , ${property})*) \\)`;
const { CreateCommandParsers } = Parsing.EngineCommandGrammar.prototype;
CreateCommandParsers.call(null, rules);
const line = ([name, syntax]) => `${name}\t${String(syntax).replaceAll(properties, "<Properties>")}\n`;
process.stdout.write(commands.map(line).join(""));
