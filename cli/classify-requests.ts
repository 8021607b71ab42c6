import { offlineHop } from "../evals/replay/offline-hop.ts";
import type { Classification, Classifier, ClassifierError } from "../src/contracts/index.ts";
import { askClassifier } from "../src/plugin/index.ts";
import { estimateTokens } from "../src/router/cost/inner.ts";
import { normaliseRequest } from "../src/router/request/index.ts";
import type { Terminal } from "./io.ts";
import { atLine, type RequestLine, readRequests } from "./read-requests.ts";

/** One line of input with the answer of the classifier. */
export interface ClassifiedLine {
  readonly line: RequestLine;
  readonly answer: Classification | ClassifierError | undefined;
}

const timeoutMs = 30_000;
const limits = { maxCharacters: Number.MAX_SAFE_INTEGER, estimateTokens };
const { signal } = new AbortController();

/** Classifies requests of a file, or of stdin without one, in their order. No model is called. */
export async function* classifyRequests(
  file: string | undefined,
  classifier: Classifier,
  terminal: Terminal,
): AsyncGenerator<ClassifiedLine, void, void> {
  const { name, lines } = readRequests(file, terminal, isRead);
  for await (const line of lines) {
    try {
      const facts = normaliseRequest(line.request, limits);
      const hop = offlineHop(terminal.now(), signal);
      const { classification, error } = await askClassifier(classifier, facts, hop, timeoutMs);
      yield { line, answer: error ?? classification };
    } catch (error) {
      throw atLine(error, name, line.line);
    }
  }
}

/** True for fields besides the messages that classifiers read. Outcome files may write "" for no category. */
function isRead(field: string, value: unknown): boolean {
  return field === "tools" || field === "response_format" || (field === "category" && value !== "");
}
