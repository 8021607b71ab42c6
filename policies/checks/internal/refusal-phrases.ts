/**
 * Phrases with which assistants begin to refuse, in lower case with straight apostrophes. They are whole
 * phrases, since many good sentences begin with "I cannot".
 */
export const refusalPhrases: readonly string[] = [
  // English
  ...["i can't", "i cannot", "i can not", "i'm unable to", "i am unable to", "i'm not able to"].flatMap(
    (cannot) =>
      ["help", "assist", "comply", "fulfill", "fulfil", "provide", "answer", "discuss", "do that"].map(
        (what) => `${cannot} ${what}`,
      ),
  ),
  "i won't be able to",
  "i must decline",
  "i'm sorry, but i can",
  "i am sorry, but i can",
  "i apologize, but i can",
  "i'm sorry, i can't",
  "as an ai language model",
  // German
  "dabei kann ich nicht helfen",
  "dabei kann ich dir nicht",
  "dabei kann ich ihnen nicht",
  "ich kann dir dabei nicht",
  "ich kann ihnen dabei nicht",
  "tut mir leid, aber ich kann",
  "das kann ich leider nicht",
  "als ki-sprachmodell",
  // French
  "je ne peux pas vous aider",
  "je ne peux pas t'aider",
  "je suis désolé, mais je ne peux",
  "en tant que modèle de langage",
  // Spanish
  "lo siento, pero no puedo",
  "no puedo ayudar",
  "como modelo de lenguaje",
  // Italian
  "mi dispiace, ma non posso",
  "non posso aiutar",
  // Portuguese
  "desculpe, mas não posso",
  "não posso ajudar",
  // Chinese
  "抱歉，我无法",
  "抱歉，我不能",
  "对不起，我无法",
  "对不起，我不能",
  "我无法提供",
  "作为一个人工智能",
  // Japanese
  "申し訳ありませんが、その",
  "お手伝いできません",
  "お答えできません",
];
