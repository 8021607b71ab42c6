// Creates distinct prompts of a given length from a fixed seed: prose, a question, some code and numbers.
const words =
  "the model request server answer cheap large small please explain write function which returns list of users sorted by age why does this query fail when index is missing compare two designs and say what you would choose for 1000 customers in Europe with 3 regions const result = await fetch(url) if (result.ok) return data.map((x) => x.id) translate summary contract email polite customer refund policy 2024 42 3.14 theorem prove integral matrix".split(
    " ",
  );

export function promptsOf(characters, count) {
  let state = 12_345 + characters;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return Array.from({ length: count }, () => {
    const parts = [];
    let length = 0;
    while (length < characters) {
      const word = words[Math.floor(next() * words.length)];
      const end = next() < 0.08 ? ".\n" : next() < 0.05 ? "? " : " ";
      parts.push(word + end);
      length += word.length + end.length;
    }
    return parts.join("").slice(0, characters);
  });
}
