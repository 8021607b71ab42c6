/**
 * Further short prompts of undisputed difficulty, by topic and language, which are all trained on: the kinds on
 * which prompts of the training part were rated worst. Written for this project.
 */
export const moreHard = `
## mathematics en
Show that a compact Hausdorff space is normal.
Find every integer solution of x^2 - 7y^2 = 1 and justify completeness.
Does the series sum of sin(n)/n converge absolutely? Argue carefully.
Classify the subgroups of the dihedral group of order 16.
Bound the probability that a random graph on n vertices is disconnected.
Compute the fundamental group of the torus with two points removed.
Evaluate the limit of the n-th root of n! over n, with proof.
## code en
Write an incremental parser that recovers from syntax errors without reparsing the file.
Why does our service lose messages only when the leader changes during compaction?
Track down a heisenbug in a lock-free ring buffer on ARM.
Build a query planner that reorders joins by estimated cardinality.
Create a memory allocator with thread-local arenas and explain fragmentation.
Make this recursive SQL query finish in under a second on 200 million rows.
How would you make a distributed cron that never fires twice?
Port a callback-heavy C library to async Rust without leaking lifetimes.
## systems en
How do you fail over a stateful stream processor without losing or repeating events?
Design quota enforcement for a public API served from twelve regions.
Plan capacity and back-pressure for an ingestion pipeline with 40x bursts.
Where can a two-phase commit block forever, and what would you use instead?
Make a recovery plan for a corrupted primary whose replicas applied the corruption.
## law en
Can a landlord enforce a penalty clause after the tenant's insolvency? Argue both sides.
Assess whether a non-compete binds an employee who moves from France to Texas.
Does scraping public profiles infringe database rights in the EU? Analyse by element.
## medicine en
Interpret these arterial gases in a ventilated patient and propose the next setting.
A pregnant patient has platelets of 40 and high blood pressure: differential and plan.
How would you titrate vasopressors in septic shock with right heart failure?
## finance en
Price a barrier option under stochastic volatility and discuss the hedging error.
What does a steepening swap curve do to a bank with long mortgages? Quantify.
Construct a risk parity portfolio under leverage limits and stress it.
Explain why the carry trade crashes and model the tail risk.
## science en
Why does the cosmological constant problem resist supersymmetry?
Predict which conformer dominates and rationalise it by orbital overlap.
What sets the upper limit on the efficiency of photosynthesis? Derive an estimate.
Does the second law follow from quantum mechanics? Discuss the assumptions.
Propose an experiment that separates genetic drift from weak selection.
Could consciousness be explained by integrated information? Criticise the axioms.
## mixed de
Warum ist die Menge der reellen Zahlen überabzählbar? Beweise es auf zwei Arten.
Entwirf ein Berechtigungssystem für Mandanten mit vererbten Rollen und prüfe Angriffe.
Darf der Betriebsrat einer Kündigung in der Probezeit widersprechen? Begründe ausführlich.
Welche Ursachen hat eine therapieresistente Hypokaliämie, und wie klärst du sie ab?
Leite die Black-Scholes-Gleichung her und nenne ihre Schwächen.
Schreibe einen Scheduler mit Prioritätsvererbung und zeige, dass er nicht verhungert.
Wie lässt sich ein Speicherleck finden, das nur unter Last nach Tagen auftritt?
## mixed fr
Démontre que tout groupe d'ordre p au carré est abélien.
Conçois une base de données répartie qui tolère la perte d'un centre, et justifie les compromis.
Quelles sont les causes d'une acidose métabolique à trou anionique normal, et comment trancher ?
Implémente un ramasse-miettes incrémental et analyse ses pauses.
Une clause d'exclusivité est-elle valable en droit de la concurrence ? Argumente.
Pourquoi la courbe des taux s'inverse-t-elle avant une récession ? Modélise-le.
Explique pourquoi la renormalisation est nécessaire et dérive un exemple.
## mixed es
Demuestra que no existe un algoritmo general para decidir la parada.
Diseña un sistema de pagos idempotente y analiza cada modo de fallo.
¿Qué diagnóstico explica fiebre, soplo nuevo y hematuria, y cómo lo confirmarías?
Implementa un árbol B concurrente en C++ y razona sobre los bloqueos.
¿Puede rescindirse el contrato por fuerza mayor si el riesgo era previsible? Argumenta.
Valora una opción asiática y compara los métodos numéricos.
Explica por qué la paridad se viola en la interacción débil.
## mixed pt
Prove que todo espaço métrico compacto é completo.
Projete um cache distribuído com invalidação correta e discuta as corridas possíveis.
Como você conduziria uma cetoacidose com potássio baixo? Justifique cada passo.
Implemente um analisador sintático com recuperação de erros e avalie a complexidade.
Analise a responsabilidade civil da plataforma por fraude de terceiros.
Modele o risco de liquidez de um fundo aberto em uma corrida de resgates.
## mixed it
Dimostra che ogni funzione monotona ha al più una quantità numerabile di discontinuità.
Progetta la migrazione senza interruzioni di un registro contabile a più regioni.
Quali esami distinguono una vasculite da un'endocardite, e perché?
Implementa una coda senza lock e discuti il problema ABA.
Valuta la legittimità di un licenziamento collettivo in un gruppo transnazionale.
Ricava le equazioni di Navier-Stokes e spiega perché la regolarità è aperta.
## mixed ru
Докажи, что в любом графе число вершин нечётной степени чётно, и обобщи на гиперграфы.
Спроектируй журнал событий, устойчивый к потере узлов, и обоснуй гарантии.
Почему алгоритм Беллмана-Форда корректен? Проведи строгое рассуждение.
Как вести пациента с расслоением аорты и почечной недостаточностью?
Выведи уравнение теплопроводности и исследуй устойчивость разностной схемы.
Оцени риски трансграничной реструктуризации долга.
Напиши компилятор для небольшого функционального языка с выводом типов.
## mixed zh
证明实数集不可数，并讨论该证明的适用范围。
设计一个跨地域的订单系统，说明一致性取舍和故障恢复。
推导最大似然估计的渐近正态性。
用C++实现一个无锁跳表，并论证其正确性。
患者突发胸痛伴血压下降，如何鉴别并制定处理方案？
分析可变利益实体结构的法律风险与监管趋势。
为什么量子纠错需要阈值定理？给出论证。
对一个期权组合进行压力测试并给出对冲策略。
## mixed ja
任意の有限体の乗法群が巡回群であることを証明してください。
複数拠点で整合性を保つ在庫管理システムを設計し、障害時の挙動を分析してください。
Rustで並行ガベージコレクタを実装し、安全性を論じてください。
低ナトリウム血症の鑑別診断と治療方針を根拠とともに述べてください。
確率的ボラティリティモデルを導出し、ヘッジ誤差を評価してください。
契約の準拠法が争われる場合の論点を整理し、結論を導いてください。
なぜ量子もつれでは情報を光速より速く送れないのか、厳密に説明してください。
## mixed ko
모든 유한 정역이 체임을 증명하세요.
여러 지역에 걸친 결제 시스템의 일관성 모델을 설계하고 장애를 분석하세요.
락 없는 해시 테이블을 구현하고 메모리 회수 문제를 논하세요.
패혈성 쇼크 환자의 수액과 승압제 전략을 근거와 함께 제시하세요.
금리 역전이 은행 마진에 미치는 영향을 모형으로 설명하세요.
플랫폼의 저작권 책임을 비교법적으로 분석하세요.
## mixed ar
أثبت أن مجموعة الأعداد الأولية غير منتهية بطريقتين مختلفتين.
صمم نظام رسائل موزعا يتحمل انقطاع الشبكة وحلل ضماناته.
ما التشخيص التفريقي لنقص صوديوم الدم وكيف تعالجه؟ علل إجابتك.
اشتق معادلة بلاك شولز وناقش افتراضاتها.
نفذ شجرة متوازنة متزامنة وبرهن على صحتها.
## mixed hi
सिद्ध कीजिए कि वर्गमूल दो अपरिमेय है और इसे सामान्य कीजिए।
एक वितरित लेन-देन प्रणाली का डिज़ाइन कीजिए और विफलताओं का विश्लेषण कीजिए।
क्विकसॉर्ट की औसत जटिलता का कठोर विश्लेषण कीजिए।
संविधान के मूल ढाँचे के सिद्धांत की आलोचनात्मक समीक्षा कीजिए।
## mixed tr
Sonsuz sayıda asal sayı olduğunu iki farklı yolla kanıtla.
Bölgeler arası tutarlı bir ödeme sistemi tasarla ve arıza durumlarını çözümle.
Kilitsiz bir kuyruk yaz ve doğruluğunu gerekçelendir.
Hiponatremide ayırıcı tanı nedir ve tedaviyi nasıl planlarsın?
Faiz eğrisi tersine döndüğünde banka bilançosunu modelle.
## mixed pl
Udowodnij, że każda liczba naturalna jest sumą czterech kwadratów.
Zaprojektuj rozproszony magazyn kluczy i przeanalizuj tryby awarii.
Zaimplementuj współbieżny zbieracz śmieci i uzasadnij poprawność.
Jak różnicować przyczyny hiponatremii i jak leczyć krok po kroku?
Oceń ważność klauzuli arbitrażowej po upadłości spółki.
## mixed nl
Bewijs dat de verzameling van deelverzamelingen altijd groter is.
Ontwerp een betalingssysteem over drie regio's en analyseer elke storing.
Implementeer een vergrendelingsvrije wachtrij en beargumenteer de correctheid.
Wat is de differentiaaldiagnose bij plotse hypotensie, en hoe handel je?
Leid de optieprijsformule af en bespreek de aannames.
`;

export const moreEasy = `
## trivia en
Is a tomato a fruit?
## chat en
good evening, how was your day
I passed my driving test today!
Suggest a name for my goldfish.
can you recommend a snack for a long train ride
lol that was funny
My plant looks a bit sad, any quick tip?
I'm back
what should I wear to a picnic?
## transform en
Sort these names: Zoe, Adam, Mia
Turn "cat, dog, bird" into a bullet list.
Replace every comma with a semicolon: a, b, c
Spell the word necessary.
Plural of mouse?
Shorten: We would like to inform you that the shop is closed.
Translate "see you tomorrow" to Italian.
Get the e-mail address out of: write to ann@example.org by Friday
Is "great service, will come again" positive or negative?
## code en
delete a folder in linux
How do I comment out a line in Python?
Show the current date in bash.
HTML for a link that opens in a new tab
What port does https use?
Write a SELECT that returns all rows of table users.
## writing en
A short caption for a photo of a sunset.
Write a text message to cancel lunch.
## mixed de
Schreib eine kurze Einladung zum Grillen.
Wie viele Tage hat der Februar?
Formatiere die Telefonnummer 0301234567 lesbar.
Schreibe eine Glückwunschkarte zur Hochzeit, zwei Sätze.
Wandle 2 Stunden in Minuten um.
Was heißt „danke“ auf Italienisch?
Ist das Wort richtig geschrieben: Rhytmus
## mixed fr
Écris un petit mot pour remercier ma voisine.
Combien de jours compte une année ?
Corrige : je suis aller au marché
Mets cette date au format court : 3 juin 2022
Traduis « à demain » en allemand.
Propose un titre pour ma photo de plage.
Range par ordre alphabétique : poire, kiwi, abricot
## mixed es
Escribe una nota corta para felicitar a mi abuela.
¿Cuántos minutos tiene una hora?
Corrige: aller fui al mercado
Pon la fecha en formato corto: 8 de julio de 2020
Escribe un mensaje breve para cancelar la cena.
Ordena: pera, uva, limón
Traduce «hasta mañana» al francés.
## mixed pt
Escreva uma mensagem curta de parabéns para minha irmã.
Corrija: nós vai ao mercado
Coloque em ordem alfabética: uva, pera, limão
Escreva um convite breve para um café.
## mixed it
Scrivi un biglietto breve per ringraziare la vicina.
Quanti mesi ha un anno?
Correggi: io o fame
Scrivi un messaggio corto per disdire la cena.
Traduci "a domani" in inglese.
## mixed ru
Напиши короткую записку с благодарностью соседке.
Сколько минут в часе?
Исправь ошибку: я пашёл домой
Расставь по алфавиту: груша, яблоко, слива
Напиши сообщение, что я опоздаю на десять минут.
Переведи «до завтра» на английский.
Придумай имя для хомяка.
## mixed zh
写一张简短的感谢卡。
把“明天见”翻译成英文。
改正错别字：我今天很高心
按字母排序：cherry, apple, banana
给我的小猫起个名字。
写一条短信说我晚到十分钟。
把2021年3月4日写成YYYY-MM-DD。
## mixed ja
友達への短いお礼のメッセージを書いて。
一週間は何日ですか？
「また明日」を英語にして。
五十音順に並べて：りんご、いちご、ぶどう
金魚の名前を考えて。
会議に遅れると伝える短いメールを書いて。
2020年7月8日をYYYY/MM/DDにして。
## mixed ko
친구에게 보낼 짧은 감사 메시지를 써 줘.
일주일은 며칠이야?
"내일 봐"를 영어로 번역해 줘.
맞춤법을 고쳐 줘: 나는 오늘 기분이 조아
강아지 이름 하나 지어 줘.
십 분 늦는다고 문자 써 줘.
## mixed ar
اكتب رسالة شكر قصيرة لجارتي.
كم يوما في الأسبوع؟
اقترح اسما لقطتي.
رتب أبجديا: تفاح، موز، عنب
## mixed hi
पड़ोसी के लिए छोटा धन्यवाद संदेश लिखो।
एक सप्ताह में कितने दिन होते हैं?
"कल मिलते हैं" का अंग्रेज़ी में अनुवाद करो।
मेरे कुत्ते के लिए नाम सुझाओ।
देर से आने का छोटा संदेश लिखो।
## mixed tr
Komşuma kısa bir teşekkür notu yaz.
Bir haftada kaç gün var?
Balığım için isim öner.
Geç kalacağımı söyleyen kısa bir mesaj yaz.
## mixed pl
Napisz krótkie podziękowanie dla sąsiadki.
Ile dni ma tydzień?
Wymyśl imię dla chomika.
Popraw błąd: ide do sklepu
## mixed nl
Hoeveel dagen heeft een week?
Vertaal "tot morgen" naar het Engels.
Bedenk een naam voor mijn goudvis.
Zet op alfabet: peer, appel, druif
`;
