/**
 * Program of the process that runs the model, as text: a package whose files may be bundled has no file of its own to
 * name. A run holds its thread up until it ends, a native library that fails takes its process along, and older ones
 * load in one thread alone: so that it is a process and no thread, and not that of the application.
 *
 * It gets the settings, then `{ id, texts }` or `{ id, ids }`, and answers `{ id, rows, width, values }` or
 * `{ id, problem }`. No problem quotes a text.
 */
export const childSource: string = `
"use strict";
const get = require;
const own = globalThis.process;
const { readFileSync } = get("node:fs");
// It ends with its parent, which may still answer requests after such a signal.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) own.on(signal, () => {});
own.on("disconnect", () => own.exit());
let runtimeFile, tokenizersFile, tokenizer, model, output, maxTokens, padId, inputType, threads;
const shortOf = (error) => String((error && error.message) || error).replace(/\\s+/g, " ").slice(0, 300);

let session, outputName, encode, Tensor;

async function load() {
  const runtime = get(runtimeFile);
  Tensor = runtime.Tensor;
  if (tokenizersFile !== undefined) {
    const { Tokenizer } = get(tokenizersFile);
    let json;
    try { json = JSON.parse(readFileSync(tokenizer, "utf8")); }
    catch { throw Error("the file of the tokenizer cannot be read, or is not JSON"); }
    let made;
    try { made = new Tokenizer(json, {}); }
    catch (error) { throw Error("the tokenizer cannot be made: " + shortOf(error)); }
    encode = (text) => made.encode(text).ids;
  }
  if (runtimeFile.includes("onnxruntime-web")) {
    runtime.env.wasm.numThreads = 1;
    if (typeof model === "string") model = readFileSync(model);
  }
  session = await runtime.InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const known = ["input_ids", "attention_mask", "token_type_ids"];
  const unknown = session.inputNames.filter((name) => !known.includes(name));
  if (unknown.length > 0 || !session.inputNames.includes("input_ids"))
    throw Error("it has the inputs " + session.inputNames.join(", ") + "; supported are " + known.join(", "));
  const names = session.outputNames;
  outputName = output ?? (names.includes("logits") ? "logits" : names.length === 1 ? names[0] : undefined);
  if (!names.includes(outputName))
    throw Error("it has the outputs " + names.join(", ") + ": name one of them in the option output");
}

/** A text that is too long keeps its beginning, and the token that ends it. */
function cut(ids) {
  const all = ids.length === 0 ? [padId] : ids;
  return all.length <= maxTokens ? all : [...Array.prototype.slice.call(all, 0, maxTokens - 1), all[all.length - 1]];
}

async function run({ texts, ids }) {
  let encoded = ids;
  if (texts !== undefined) {
    try { encoded = texts.map(encode); }
    catch { throw Error("the tokenizer has thrown"); }
  }
  const rows = encoded.map(cut);
  const length = Math.max(...rows.map((row) => row.length));
  const size = rows.length * length;
  const isWide = inputType === "int64";
  const make = () => (isWide ? new BigInt64Array(size) : new Int32Array(size));
  const value = (id) => (isWide ? BigInt(id) : id);
  const input = make().fill(value(padId));
  const mask = make();
  rows.forEach((row, at) => {
    for (let index = 0; index < row.length; index += 1) {
      input[at * length + index] = value(row[index]);
      mask[at * length + index] = value(1);
    }
  });
  const all = { input_ids: input, attention_mask: mask, token_type_ids: make() };
  const feeds = {};
  for (const name of session.inputNames) feeds[name] = new Tensor(inputType, all[name], [rows.length, length]);
  let given;
  try { given = (await session.run(feeds, [outputName]))[outputName]; }
  catch (error) {
    const types = "; inputs are given as " + inputType + " (option inputType), and outputs must be float32";
    throw Error("the run failed: " + shortOf(error) + types);
  }
  const dims = Array.from(given.dims, Number);
  if (given.type !== "float32" && given.type !== "float64")
    throw Error("output " + outputName + " is of type " + given.type + ": export it as float32");
  const flat = dims.length === 2 && dims[0] === rows.length ? dims[1] : dims.length === 1 && dims[0] === rows.length ? 1 : 0;
  if (flat === 0 || given.data.length !== rows.length * flat)
    throw Error("output " + outputName + " has the shape [" + dims.join(", ") + "] for " + rows.length + " texts, and not [texts, outputs]");
  return { rows: rows.length, width: flat, values: Float32Array.from(given.data) };
}

let loaded;
own.on("message", async (message) => {
  if (loaded === undefined) {
    ({ runtimeFile, tokenizersFile, tokenizer, model, output, maxTokens, padId, inputType, threads } = message);
    loaded = load();
    loaded.then(
      () => own.send({ id: 0 }),
      (error) => own.send({ id: 0, problem: shortOf(error) }),
    );
    return;
  }
  try {
    await loaded;
    own.send({ id: message.id, ...(await run(message)) });
  } catch (error) {
    own.send({ id: message.id, problem: shortOf(error) });
  }
});
`;
