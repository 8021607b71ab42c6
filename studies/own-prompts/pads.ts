/** Instructions for texts of all kinds: training puts them before or after texts, so that length says nothing. */
export const easyInstructions: readonly string[] = `
Summarise the following text.
Summarize this in one sentence
Summarize the text below in three bullet points.
Give me a short summary of this:
What is this text about? One sentence.
tldr
Write a headline for this text.
Translate the following into German.
Translate this to French
translate to Spanish please
Translate the text below into Japanese.
Please translate into plain English
Extract all names from the text.
List the dates that occur in the text
Extract the key facts as JSON with the fields title, date and place.
Find all e-mail addresses and phone numbers.
Pull out every number in the following text
Which places are mentioned? Answer with a list.
Correct the spelling and grammar of this text.
Fix typos only, change nothing else.
Proofread the following
Rewrite this in a friendlier tone.
Make this shorter
Rephrase the text in simpler words.
Turn this into bullet points.
Format the following as a markdown table.
Convert this to CSV
Put each sentence on its own line.
Remove all line breaks from the text below.
Convert the text to lower case.
Classify the sentiment as positive, negative or neutral.
Which category fits: sport, politics, business or culture? One word only.
Is this spam? Answer yes or no
What language is this text written in?
Detect the topic of the text below.
Label this message as question, complaint or praise.
How many words are there roughly?
Copy the first sentence of the text.
Repeat the text exactly.
Write a short reply to this message.
Highlight the most important sentence.
Give three keywords for the text.
Does the text mention a price? yes/no
Answer from the text: who is speaking?
Fasse den folgenden Text zusammen.
Übersetze das ins Englische
Korrigiere die Rechtschreibung im folgenden Text:
Nenne drei Stichwörter zum Text.
Welche Namen kommen vor?
Ist die Stimmung positiv oder negativ?
Résume le texte suivant en deux phrases.
Traduis ce texte en anglais
Corrige les fautes de ce texte.
Extrais toutes les dates.
De quoi parle ce texte ?
Resume el siguiente texto.
Traduce esto al inglés
Corrige la ortografía del texto:
Extrae los nombres propios en una lista
¿De qué trata este texto?
Resuma o texto abaixo.
Traduza para o inglês
Corrija os erros de português.
Riassumi il seguente testo.
Traduci in inglese
Correggi gli errori di questo testo
Кратко изложи следующий текст.
Переведи на английский
Исправь ошибки в тексте:
Извлеки все даты из текста.
请总结下面的文字。
把以下内容翻译成英文
改正下列文字中的错别字。
提取文中的人名和日期
这段话讲了什么？
次の文章を要約してください。
英語に訳してください
誤字を直してください。
다음 글을 요약해 주세요.
영어로 번역해 주세요
맞춤법을 고쳐 주세요.
لخص النص التالي.
ترجم النص إلى الإنجليزية
صحح الأخطاء الإملائية في النص.
इस पाठ का सारांश लिखिए।
अंग्रेज़ी में अनुवाद कीजिए
Aşağıdaki metni özetle.
Bunu İngilizceye çevir
Streść poniższy tekst.
Przetłumacz na angielski
Vat de volgende tekst samen.
Vertaal dit naar het Engels
Tóm tắt đoạn văn sau.
Dịch sang tiếng Anh
Who wrote this?
When does it take place?
What is the price mentioned in the text?
Where does this happen?
What is the phone number?
Which person is responsible according to the text?
How many items are listed?
What is the main character called?
At what time does it start?
What does the author ask for?
Is the author satisfied? yes or no
Which line contains an error message?
Return the rows sorted by name
Convert the list to JSON.
Turn the data into a table with two columns
Rename the first variable in this code.
Add comments to the code below
What is the title?
Name the city that is mentioned.
What happened first?
Give the order number
Quote the sentence that mentions the deadline.
Was kostet es laut Text?
Wann beginnt die Veranstaltung?
Wer hat den Brief geschrieben?
Schreibe den Text in einfacher Sprache
Liste alle Zahlen auf.
Mach daraus eine Tabelle
Quel est le prix indiqué ?
Qui a écrit ce message ?
À quelle heure cela commence-t-il ?
Mets le texte sous forme de liste
Réécris ce texte plus simplement
¿A qué hora empieza?
¿Quién escribió la carta?
¿Cuánto cuesta según el texto?
Convierte el texto en una lista
Reescribe el texto más corto
Qual é o preço mencionado?
Quem escreveu a mensagem?
Liste as datas do texto
Chi ha scritto il messaggio?
Quanto costa?
A che ora inizia?
Elenca le date
Кто автор письма?
Сколько это стоит?
Во сколько начало?
Перепиши проще
Составь список
作者是谁？
什么时候开始？
价格是多少？
把它改写成列表
用更简单的话改写
誰が書きましたか？
いつ始まりますか？
値段はいくらですか？
箇条書きにしてください
누가 썼나요?
언제 시작하나요?
가격이 얼마인가요?
목록으로 정리해 주세요
من كتب هذه الرسالة؟
متى يبدأ؟
ما هو السعر؟
लेखक क्या चाहता है?
यह कब शुरू होगा?
कीमत क्या है?
Kim yazdı?
Ne zaman başlıyor?
Fiyatı nedir?
Kto to napisał?
O której się zaczyna?
Ile to kosztuje?
Wie heeft dit geschreven?
Hoe laat begint het?
Wat kost het?
Zet de tekst om in een lijst
`
  .trim()
  .split("\n");

export const hardInstructions: readonly string[] = `
Find the flaw in the following argument and repair it.
Prove or disprove the main claim of this text.
Analyse the causes behind what is described, weigh them and propose how to test each.
Design a system that solves the problem below and discuss its trade-offs.
Derive the underlying model rigorously from the following description.
Work out the worst case complexity of what is described and improve it.
Identify every hidden assumption in the text and show which conclusions fail without it.
What would a hostile expert object to, and how could the text answer?
Write a formal specification of the behaviour below and check it for contradictions.
Find the root cause of the problem described below and argue why alternatives are ruled out.
Build a threat model for this and rank the mitigations
Critically evaluate the evidence in this text, considering confounders and statistical power.
Implement this as a concurrent program and prove that it cannot deadlock.
Assess the legal risks in the following under EU and US law.
Construct a counterexample to the central statement.
Optimise the plan below under uncertainty and justify each step.
Beweise oder widerlege die folgende Behauptung.
Analysiere die Schwachstellen der folgenden Lösung und entwirf eine bessere.
Démontrez ou réfutez l'affirmation suivante.
Demuestra o refuta la siguiente afirmación.
Докажи или опровергни следующее утверждение.
证明或反驳下面的论断，并给出严格推导。
次の主張を証明するか、反例を挙げて論じてください。
Leite daraus ein formales Modell her und prüfe seine Annahmen.
Welche Ursache ist am wahrscheinlichsten, und wie ließe sie sich beweisen?
Concevez un système qui évite ce problème et discutez ses limites.
Identifica los supuestos ocultos y demuestra cuáles son necesarios.
Spot the race condition in this and explain how to fix it without a global lock.
Which clause carries the largest risk? Quantify it and redraft the contract.
What is the most likely diagnosis, what must be excluded first, and why?
다음 주장을 증명하거나 반례를 제시하세요.
`
  .trim()
  .split("\n");
