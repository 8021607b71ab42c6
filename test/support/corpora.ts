/** A kind of generated text, in several scripts. */
export type Corpus = "english" | "code" | "cjk" | "emoji" | "mixed";

const prose = `the of and to in is that it was for on are as with his they at be this from have or by one had not
but what all were when we there can an your which their said if do will each about how up out them then she many
some so these would other into has more her two like him see time could no make than first been its who now people
because system important development question different government international understanding information language
model request answer customer invoice delivery please explain summarise translate analyse the following paragraph`;
const words = prose.split(/\s+/);

const statements = [
  "export function parse(input: string): Result {\n  return { ok: true };\n}\n",
  "const total = items.reduce((sum, item) => sum + item.price, 0);\n",
  "  if (value === undefined || value.length === 0) {\n    throw new Error('missing');\n  }\n",
  "for (let i = 0; i < rows.length; i++) {\n  output.push(rows[i].name);\n}\n",
  "SELECT id, name FROM users WHERE created_at > '2024-01-01' ORDER BY name;\n",
  "def area(radius):\n    return 3.14159 * radius ** 2\n\n",
];
const phrases = [
  "我们需要一个新的系统来处理客户的请求。",
  "今天天气很好，我们去公园散步吧。",
  "请把这段文字翻译成英文，并说明原因。",
  "機械学習モデルの精度を評価してください。",
  "この問題を解決する方法を教えてください。",
  "한국어 문장을 영어로 번역해 주세요.",
];
const emoji = ["😀", "🎉", "🚀", "❤️", "👍🏽", "👨‍👩‍👧", "🇩🇪", "🔥", "🌍", "🧪"];

/** Generates a text of about `length` UTF-16 units; the same seed gives the same text. */
export function corpus(kind: Corpus, length: number, seed: number): string {
  const next = random(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(next() * from.length)] ?? "";
  const parts: Record<Corpus, () => string> = {
    english: () => pick(words) + (next() < 0.1 ? ". " : " "),
    code: () => pick(statements),
    cjk: () => pick(phrases),
    emoji: () => pick(emoji),
    mixed: () => (next() < 0.5 ? `${pick(words)} ` : pick(phrases)),
  };
  let text = "";
  while (text.length < length) text += parts[kind]();
  return text;
}

/** Creates a Mulberry32 generator. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
