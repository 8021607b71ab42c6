/** Frames with `_` for an object, by language: hard frames, hard objects, easy frames, everyday objects. */
export interface Frames {
  readonly hardFrames: readonly string[];
  readonly hardObjects: readonly string[];
  readonly easyFrames: readonly string[];
  readonly easyObjects: readonly string[];
}

const list = (text: string): readonly string[] => text.split("|").map((one) => one.trim());

export const frames: Readonly<Record<string, Frames>> = {
  en: {
    hardFrames: list(
      "Prove _.|Derive _ from first principles.|why is _ true?|Design and justify _|Implement _ and analyse its complexity.|Give a rigorous argument for _.|Compare three approaches to _ and defend one.|What are the failure modes of _?|Explain the proof of _ and where it breaks|Critically analyse _.|Show how _ follows, step by step|Debug and redesign _",
    ),
    hardObjects: list(
      "the spectral theorem|the uniform boundedness principle|a consensus protocol for lossy networks|the convergence of stochastic approximation|an incremental garbage collector|the law of large numbers|the minimax theorem|a fault-tolerant scheduler|the undecidability of type inference|quicksort's average running time|the pricing of credit derivatives|an optimistic concurrency control|the second law of thermodynamics|the residue theorem|a sharded transaction log|the pigeonhole bound for hashing|the tax treatment of cross-border mergers|a replicated state machine|the Hahn-Banach theorem|the mechanism of drug resistance in tuberculosis",
    ),
    easyFrames: list(
      "What is _?|Tell me about _ in one sentence.|Where can I buy _?|Spell _|Translate _ into French.|how much does _ cost|Give me a synonym for _.|Write a short sentence about _|show me a picture of _|Do you like _?|What colour is _?|Is _ a noun?",
    ),
    easyObjects: list(
      "a banana|my umbrella|the moon|a bicycle|bread|a winter coat|the weather today|an orange cat|a birthday card|coffee|a train ticket|the kitchen table|a glass of milk|my phone|a pair of socks|Paris|a sandwich|the bus stop|a red balloon|soap",
    ),
  },
  de: {
    hardFrames: list(
      "Beweise _.|Leite _ her.|Warum gilt _?|Entwirf _ und begründe jede Entscheidung.|Analysiere _ kritisch.|Implementiere _ und untersuche die Laufzeit",
    ),
    hardObjects: list(
      "den Mittelwertsatz|ein Konsensprotokoll|die Heisenbergsche Unschärferelation|einen verteilten Zwischenspeicher|den Satz von Stokes|die Haftung bei Softwarefehlern|einen echtzeitfähigen Planer",
    ),
    easyFrames: list(
      "Was ist _?|Wo kaufe ich _?|Übersetze: _|Schreibe einen Satz über _.|Wie buchstabiert man _?|Magst du _?",
    ),
    easyObjects: list("ein Apfel|die Katze|Brot|das Fahrrad|der Mond|Kaffee|ein Regenschirm"),
  },
  fr: {
    hardFrames: list(
      "Démontrez _.|Dérivez _ rigoureusement.|Pourquoi _ ?|Concevez _ et justifiez vos choix.|Analysez _ en détail.",
    ),
    hardObjects: list(
      "le théorème de Rolle|un protocole de consensus|la convergence de la méthode de Newton|un compilateur optimisant|l'équation de la chaleur|la responsabilité du fait des produits",
    ),
    easyFrames: list(
      "Qu'est-ce que c'est, _ ?|Où acheter _ ?|Traduis : _|Écris une phrase avec _.|Combien coûte _ ?",
    ),
    easyObjects: list("une pomme|le chat|du pain|un vélo|la lune|un café"),
  },
  es: {
    hardFrames: list(
      "Demuestra _.|Deduce _ paso a paso.|¿Por qué se cumple _?|Diseña _ y discute sus fallos.|Analiza _ críticamente.",
    ),
    hardObjects: list(
      "el teorema del valor medio|un protocolo de consenso|la ecuación de Bellman|un compilador con optimización|el teorema de Gauss|la responsabilidad del fabricante",
    ),
    easyFrames: list("¿Qué es _?|¿Dónde compro _?|Traduce: _|Escribe una frase con _.|¿Cuánto cuesta _?"),
    easyObjects: list("una manzana|el gato|pan|una bicicleta|la luna|un café"),
  },
  pt: {
    hardFrames: list(
      "Prove _.|Deduza _ com rigor.|Por que vale _?|Projete _ e justifique.|Analise _ criticamente.",
    ),
    hardObjects: list(
      "o teorema do valor médio|um protocolo de consenso|a equação de onda|um escalonador distribuído|o teorema de Stokes",
    ),
    easyFrames: list("O que é _?|Onde compro _?|Traduza: _|Escreva uma frase com _.|Quanto custa _?"),
    easyObjects: list("uma maçã|o gato|pão|uma bicicleta|a lua"),
  },
  it: {
    hardFrames: list(
      "Dimostra _.|Ricava _ passo per passo.|Perché vale _?|Progetta _ e discuti i compromessi.|Analizza _ in modo critico.",
    ),
    hardObjects: list(
      "il teorema di Lagrange|un protocollo di consenso|l'equazione di Black-Scholes|un database distribuito|il teorema di Green",
    ),
    easyFrames: list("Che cos'è _?|Dove compro _?|Traduci: _|Scrivi una frase con _.|Quanto costa _?"),
    easyObjects: list("una mela|il gatto|pane|una bicicletta|la luna"),
  },
  ru: {
    hardFrames: list(
      "Докажи: _.|Выведи строго: _.|Почему верно: _?|Спроектируй и обоснуй: _.|Проанализируй критически: _.",
    ),
    hardObjects: list(
      "теорема Лагранжа|протокол консенсуса|уравнение теплопроводности|распределённый планировщик|закон больших чисел|неразрешимость проблемы остановки",
    ),
    easyFrames: list("Что такое _?|Где купить: _?|Переведи: _|Напиши предложение про _.|Сколько стоит _?"),
    easyObjects: list("яблоко|кошка|хлеб|велосипед|луна|кофе"),
  },
  zh: {
    hardFrames: list("证明_。|严格推导_。|为什么_成立？|设计_并分析其权衡。|深入分析_|实现_并证明其正确性。"),
    hardObjects: list("中值定理|共识协议|热传导方程|分布式调度器|大数定律|停机问题的不可判定性"),
    easyFrames: list("什么是_？|哪里可以买到_？|翻译：_|用_造一个句子。|_多少钱？"),
    easyObjects: list("苹果|猫|面包|自行车|月亮|咖啡"),
  },
  ja: {
    hardFrames: list(
      "_を証明してください。|_を厳密に導出せよ。|なぜ_が成り立つのか論じてください。|_を設計し、トレードオフを分析してください。|_を実装し、計算量を証明してください",
    ),
    hardObjects: list("平均値の定理|合意プロトコル|熱伝導方程式|分散スケジューラ|大数の法則"),
    easyFrames: list(
      "_とは何ですか？|_はどこで買えますか？|_を英語に訳して|_を使って短い文を書いて。|_は好きですか？",
    ),
    easyObjects: list("りんご|猫|パン|自転車|月"),
  },
  ko: {
    hardFrames: list(
      "_ 증명하세요.|_ 엄밀하게 유도하시오.|_ 성립하는 이유를 논하세요.|_ 설계하고 장단점을 분석하세요.|_ 구현하고 복잡도를 증명하세요",
    ),
    hardObjects: list("평균값 정리를|합의 프로토콜을|열전도 방정식을|분산 스케줄러를|큰 수의 법칙을"),
    easyFrames: list("_ 뭐예요?|_ 어디서 사요?|_ 영어로 번역해 줘|_ 넣어 짧은 문장을 써 줘.|_ 좋아해?"),
    easyObjects: list("사과|고양이|빵|자전거|달"),
  },
  ar: {
    hardFrames: list("أثبت _.|اشتق _ بدقة.|لماذا تتحقق _؟|صمم _ وناقش المفاضلات.|حلل _ تحليلا نقديا."),
    hardObjects: list(
      "مبرهنة القيمة المتوسطة|بروتوكول إجماع|معادلة الحرارة|مجدولا موزعا|قانون الأعداد الكبيرة",
    ),
    easyFrames: list("ما هو _؟|أين أشتري _؟|ترجم: _|اكتب جملة عن _.|كم سعر _؟"),
    easyObjects: list("تفاحة|القط|خبز|دراجة|القمر"),
  },
  hi: {
    hardFrames: list(
      "_ सिद्ध कीजिए।|_ की कठोर व्युत्पत्ति दीजिए।|_ क्यों सत्य है, तर्क दीजिए।|_ की रचना कीजिए और विश्लेषण कीजिए।",
    ),
    hardObjects: list("माध्य मान प्रमेय|सहमति प्रोटोकॉल|ऊष्मा समीकरण|वितरित अनुसूचक|बड़ी संख्याओं का नियम"),
    easyFrames: list("_ क्या है?|_ कहाँ मिलेगा?|अनुवाद करें: _|_ पर एक वाक्य लिखिए।"),
    easyObjects: list("सेब|बिल्ली|रोटी|साइकिल|चाँद"),
  },
  tr: {
    hardFrames: list(
      "_ kanıtlayın.|_ adım adım türetin.|_ neden geçerlidir?|_ tasarlayın ve ödünleşimleri tartışın.",
    ),
    hardObjects: list(
      "ortalama değer teoremini|bir uzlaşma protokolünü|ısı denklemini|dağıtık bir zamanlayıcıyı|büyük sayılar yasasını",
    ),
    easyFrames: list("_ nedir?|_ nereden alınır?|Çevir: _|_ ile bir cümle yaz."),
    easyObjects: list("elma|kedi|ekmek|bisiklet|ay"),
  },
  pl: {
    hardFrames: list(
      "Udowodnij _.|Wyprowadź ściśle _.|Dlaczego zachodzi _?|Zaprojektuj _ i omów kompromisy.",
    ),
    hardObjects: list(
      "twierdzenie o wartości średniej|protokół konsensusu|równanie przewodnictwa ciepła|rozproszony planista|prawo wielkich liczb",
    ),
    easyFrames: list("Co to jest _?|Gdzie kupić _?|Przetłumacz: _|Napisz zdanie o _."),
    easyObjects: list("jabłko|kot|chleb|rower|księżyc"),
  },
};

/** Small programming tasks, which are neither hard nor easy, with frames by language. */
export const smallTasks: readonly string[] = list(
  "reverse a string|sum the numbers of a list|check for a palindrome|find the maximum|count vowels|compute a factorial|filter even numbers|merge two dictionaries|sort words by length|convert celsius to fahrenheit|remove duplicates|read a file line by line|flatten a list|validate an e-mail address|find common elements|format a date|count words in a text|generate fibonacci numbers|swap two variables|parse a comma separated line",
);
export const smallFrames: readonly string[] = list(
  "Write a Python function to _.|Write a function that can _ in JavaScript|How do I _ in Java?|Complete the function so that it does this: _|Schreibe eine Funktion in Python: _.|Écris une fonction : _.|Escribe una función en Python: _|编写一个函数：_|Напиши функцию: _|関数を書いてください：_",
);
/** Words for sentences; writing one is easy. */
export const sentenceWords: readonly string[] = list(
  "dog, park, ball|rain, window, tea|boat, lake, sun|teacher, board, chalk|snow, boots, hill|market, fish, ice|horse, field, fence|baker, oven, bread|train, station, bag|guitar, stage, crowd",
);
export const sentenceFrames: readonly string[] = list(
  "Write a sentence with these words: _.|Make one coherent sentence that contains: _|Use all of the following words in a short sentence. _|Schreibe einen Satz mit: _|Fais une phrase avec : _|Forma una frase con: _",
);
