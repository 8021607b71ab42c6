/**
 * Texts with instructions about them: `>` begins an easy one, `!` a hard one. Headings hold the language.
 * All instructions of a text stay on one side of the split. Written for this project.
 */
export const long = `
## en
Dear residents, the water supply in Maple Street and the lower part of Hill Road will be interrupted on Thursday 14 March between 8:30 and 13:00. Our technicians are replacing a valve that has leaked since the frost in January. Please fill a few bottles beforehand and keep the taps closed during the works. After the works the water may look cloudy for some minutes; let it run until it is clear. People who depend on medical devices with water can call 555-0142, and we will bring a tank. We apologise for the inconvenience. Greenfield Water Company, Customer Service
> Summarise this notice in one sentence.
> Extract the date, the time and the phone number as JSON.
> Translate the following into German
> Which streets are affected? Answer with the names only.
## en
Meeting notes, 4 June. Present: Carla, Ben, Yusuf, Mei. Carla opened with the numbers for May: 312 new customers, 41 cancellations, churn slightly lower than in April. Ben reported that the new checkout is live for half of the visitors and that conversion went from 2.9 to 3.3 percent. Yusuf will check whether the difference is only due to the holiday. Mei asked for a designer for two weeks; agreed. The printer contract ends in August, Ben asks for three offers. The summer party is on 12 July, everybody brings a salad. Next meeting: 18 June, Mei takes notes.
> List the action items with the person responsible.
> Give me a two-sentence summary of the text below.
> Who was present?
> Rewrite these notes as bullet points
## en
I bought this vacuum cleaner six weeks ago after reading many good reviews. At first I was delighted: light, quiet, and it fits under the sofa. After about a month the battery began to last only eight minutes instead of thirty, and the dust container does not close properly any more, so half of what it picks up falls out again when I carry it. Support answered after nine days and told me to clean the filter, which I had already written that I did. I have now asked for my money back. The nozzle for animal hair is great, though, I will miss that.
> Is this review positive, negative or mixed? One word.
> What does the customer complain about? Two bullet points.
> Correct any spelling mistakes in this text.
> Shorten to 30 words:
## en
2024-11-02 08:14:22 INFO server started on port 8080
2024-11-02 08:14:25 INFO connected to database orders
2024-11-02 08:15:01 WARN slow query took 2300 ms
2024-11-02 08:16:40 ERROR payment gateway timeout for order 48812
2024-11-02 08:16:41 INFO retry 1 for order 48812
2024-11-02 08:16:43 INFO order 48812 paid
2024-11-02 08:20:07 ERROR disk usage above 90 percent on node-3
2024-11-02 08:22:30 INFO cleanup removed 4 GB on node-3
> Copy only the lines with ERROR.
> How many warnings are there?
> Put these lines into a CSV with the columns time, level and message.
## en
name,city,born,score
Ada,Leeds,1991,44
Bjorn,Oslo,1987,39
Chidi,Lagos,1995,51
Dunja,Zagreb,1990,47
Elif,Izmir,1993,28
Farid,Tunis,1989,33
Greta,Bern,1998,50
Hiro,Nara,1985,41
Ines,Porto,1992,36
Jamal,Amman,1996,45
> Turn this CSV into a markdown table.
> Sort the rows by city
> Which person has the highest score?
> Convert to a JSON array.
## en
The old lighthouse on Gull Island had not been lit for thirty years when the two children found the door open. Inside it smelled of salt and dust. Nora went first, because she was older, and counted the steps aloud: one hundred and twelve. At the top the glass was broken on one side, and a pair of swallows had built a nest in the lamp. Tom wanted to take the nest home, but Nora said that the lamp belonged to the birds now. They ate their sandwiches, looked at the ferry that went by like a toy, and promised to tell no one. Of course they told everyone at supper. Their grandfather laughed, because he had been the last keeper, and the swallows had been there in his time too.
> Summarize the story in three sentences.
> What are the children's names?
> Translate this story to Spanish.
> Give the text a title.
> Rewrite the story in the present tense
## en
Ingredients: 250 g flour, 2 eggs, 400 ml milk, a pinch of salt, 30 g melted butter, butter for the pan. Mix the flour and the salt. Beat the eggs with the milk and stir them slowly into the flour until the batter is smooth. Add the melted butter and let the batter rest for half an hour. Heat a pan, add a little butter, pour in a thin layer and bake it for about a minute on each side until golden. Stack the pancakes on a plate and keep them warm in the oven at 80 degrees. Serve with jam, apple sauce or sugar and cinnamon. Makes about ten pancakes.
> Extract the ingredients as a list.
> Convert the quantities to cups and ounces.
> How long does the batter rest?
> Double all amounts and return only the ingredients:
## en
Subject: Re: booking 7719. Hello, thank you for your quick answer. We would like to keep the room for the nights of 3 to 6 September, two adults and one child of four years. A cot is not necessary, but a room on the ground floor would be kind, because my mother-in-law, who is visiting us on Saturday, does not climb stairs well. We arrive by train at 16:10 and would be glad to be fetched from the station. Is breakfast included? Could you also tell us whether the lake is suitable for swimming in September? Kind regards, Paula Meinert, +49 151 0000 000
> Extract the guest's name, arrival time and booking number
> Write a short friendly reply that says breakfast is included.
> Classify this e-mail: booking, complaint, question or other.
> tl;dr
## en
Our company was founded in 1987 by two sisters who repaired radios in their parents' garage. Today we have 140 employees at three sites and make hearing aids for children. Our devices are sold in 22 countries. In 2019 we received a prize for design, and since 2021 all our buildings run on electricity from the sun. We train twelve apprentices each year, and most of them stay. Every device is checked by hand before it leaves our workshop. If one breaks within five years, we repair it for free and send a replacement on the same day.
> Answer with yes or no: does the company make hearing aids for adults?
> Translate into French.
> Make this text sound more formal.
> List all numbers in the text and what they stand for
## en
Terms of the gym: membership starts on the first day of the month and lasts twelve months. It is renewed for another six months unless you cancel in writing four weeks before it ends. The monthly fee of 34 euros is collected on the third working day. Members may pause for up to three months in case of illness or pregnancy with a certificate. Lockers are emptied every night at 23:00. Children under 14 may enter only with an adult. Towels are compulsory on all machines. Whoever lends the card to others loses the membership without a refund.
> When must I cancel? Answer in one line
> Summarise these rules for a sign with at most 40 words.
> Simplify the language of this text so that a child understands it.
! Assess whether the renewal and the forfeiture clause would survive an unfair terms challenge under EU consumer law, and redraft them.
## en
Hi team, a quick update before the weekend. The truck with the exhibition stand left Rotterdam this morning and should reach Milan on Monday at noon. Sofia and Marek fly on Sunday evening, hotel Lario, rooms are booked until Friday. Flyers: 2,000 in English, 1,500 in Italian, they come directly from the printer. Please do not forget the adapters; last year we had to buy five at the airport. The press talk is on Tuesday at 15:00 in hall 4, room B. I am reachable on my private number all weekend, except Saturday between ten and twelve, when my daughter plays her first concert. Best, Oskar
> Extract all dates, times and places as a table.
> What should the team not forget?
> Proofread the message below and return it.
> Translate the e-mail to Polish:
## en
def total(items):
    result = 0
    for item in items:
        if item["kind"] == "book":
            result += item["price"] * 0.93
        else:
            result += item["price"]
    return round(result, 2)

print(total([{"kind": "book", "price": 10}, {"kind": "pen", "price": 2}]))
> Add a comment to each line of this code.
> Rename the variable result to total_price in this code:
> What is the name of the function below?
## en
The theorem says that a finite graph in which each pair of vertices has exactly one common neighbour has a vertex that is adjacent to all others. Someone gives this argument: take a vertex of largest degree; if it were not adjacent to all, some other vertex would be missing, and their common neighbour would have a larger degree, a contradiction. Therefore the vertex of largest degree is adjacent to all others, and the theorem follows without any use of eigenvalues.
! Find the gap in this argument and give a correct proof.
! Does the claim hold for infinite graphs? Prove it or construct a counterexample, starting from the text above.
> How many sentences does this text have?
## en
We run 14 services on two clusters. Since the upgrade to the new service mesh, roughly one in 20,000 requests between the cart and the price service fails with a reset, never within the first hour after a deployment, always in bursts of about forty. CPU is at 35 percent, no restarts, connection pools at half. Packet captures on one node show a FIN from the proxy eleven milliseconds before the client reuses the connection. The old mesh closed idle connections after 60 minutes, the new one after the same time by default. Only clients in the second cluster are hit since the clocks were synchronised.
! Work out the most likely root cause, the experiment that would prove it, and a fix that does not hide it.
! Propose an architecture that makes this class of failure impossible and discuss its costs:
> How many services are there?
> Summarise the problem in plain language for a manager, two sentences
## en
A 58-year-old woman comes with three weeks of fatigue, night sweats and a new murmur. She had a dental extraction two months ago and takes methotrexate for arthritis. Temperature 38.2, pulse 104, blood pressure 98 over 60. Haemoglobin 9.8, leucocytes 14.2, creatinine 1.9, CRP 140. Urine shows red cell casts. The ECG shows a PR interval that went from 160 to 240 milliseconds overnight. Two of three blood cultures grow gram-positive cocci in chains.
! What is the most dangerous complication here, how do you confirm it, and in which order do you act?
! Adjust the antibiotic regimen to the renal function and justify each choice.
> List all laboratory values from the text.
> What is the patient's age?
## en
The supplier shall deliver the machines by 1 May. If delivery is late for reasons the supplier is responsible for, the buyer may claim 0.5 percent of the price per week, at most 5 percent; further claims are excluded unless there is intent. Ownership passes on payment. The buyer shall inspect the goods without delay. Disputes are settled by arbitration in Geneva under Swiss law, excluding the sales convention. Either party may terminate for cause. Changes must be in writing. If a clause is void, the rest remains valid.
! Identify every clause that favours the supplier, quantify the exposure for a two million order, and draft amendments.
> When is delivery due?
> Translate the contract clause to Dutch.
> Put each sentence on its own line.
## en
Transcript. Anna: Did you see the new bus timetable? Paul: No, is it worse? Anna: The 9 now goes every twenty minutes, but the 12 stops at six in the evening. Paul: Then I have to cycle home on Wednesdays. Anna: Or take the train to Central and walk. Paul: In the rain? Anna: You have a raincoat, it is yellow, everybody knows it. Paul: Fine. What about your move? Anna: The boxes are packed, the van comes on Saturday at eight, and you promised to carry the piano. Paul: I promised to carry the piano stool. Anna: We have witnesses.
> What did Paul promise?
> Reformat this as a script with one line per speaker.
> Label the mood of the conversation: angry, friendly or sad.
> Summarise in Italian.
## en
Product: Nordlight desk lamp. Colour: white or graphite. Height: 48 cm. Weight: 1.3 kg. Power: 7 W LED, dimmable in five steps, 2700 to 5000 K. Cable: 1.8 m, textile. Material: aluminium, recycled plastic. Base: 17 cm across, with a wireless charger of 10 W. Warranty: three years. In the box: lamp, adapter, manual in six languages. Price: 79.90. Delivery within two to four days, free from 50 euros. Returns within 30 days. Article number NL-2048-W.
> Convert these specifications to a JSON object.
> Write one friendly sentence that advertises the lamp
> What is the article number?
> Make a table with property and value from the text below.
## de
Sehr geehrte Damen und Herren, am 3. Februar habe ich bei Ihnen zwei Regale der Serie Birke bestellt (Bestellnummer 55120). Geliefert wurde am 11. Februar leider nur eines, und bei diesem fehlen vier Schrauben und ein Einlegeboden. Ich habe zweimal angerufen und jeweils eine halbe Stunde gewartet, ohne dass jemand abgenommen hat. Bitte senden Sie mir das zweite Regal und die fehlenden Teile bis Ende des Monats zu oder erstatten Sie mir den Kaufpreis von 238 Euro. Fotos liegen bei. Mit freundlichen Grüßen, Jonas Albrecht
> Fasse die Beschwerde in einem Satz zusammen.
> Übersetze den Brief ins Englische.
> Extrahiere Bestellnummer, Datum und Betrag als JSON.
> Was fehlt laut Kunde?
## de
Der Verein trifft sich jeden zweiten Dienstag um 19 Uhr im Gemeindehaus. Neue Mitglieder sind willkommen, die ersten drei Abende sind kostenlos. Der Jahresbeitrag beträgt 60 Euro, für Schüler die Hälfte. Im Sommer fahren wir für eine Woche an die Ostsee, im Winter gibt es ein Konzert in der Kirche. Wer kein Instrument hat, kann eines leihen. Noten liegen bereit. Der Vorstand besteht aus Frau Keller, Herrn Wagner und Frau Öztürk. Fragen bitte an musik@beispiel.de oder telefonisch abends ab sechs.
> Wann und wo trifft sich der Verein?
> Formatiere den Text als Stichpunkte.
> Schreibe den Text in einfacher Sprache um.
> Wie hoch ist der Beitrag für Schüler?
## fr
Chers parents, la sortie au parc animalier aura lieu le vendredi 17 mai. Le départ est prévu à 8 h 15 devant l'école et le retour vers 16 h 30. Merci de prévoir un pique-nique, une gourde, une casquette et de bonnes chaussures. Le coût est de 12 euros par enfant, à remettre à la maîtresse avant le 10 mai dans une enveloppe au nom de l'enfant. Deux parents accompagnateurs sont encore recherchés. En cas de pluie, nous visiterons le musée des sciences. Bien cordialement, l'équipe de l'école des Tilleuls
> Résumez ce message en une phrase.
> Traduisez le texte en anglais.
> Quand faut-il payer ?
> Listez ce que les enfants doivent apporter
## fr
J'ai séjourné deux nuits dans cet hôtel avec ma femme. La chambre était propre et le lit confortable, mais le bruit de la rue nous a réveillés à cinq heures chaque matin. Le petit déjeuner est copieux : pain frais, fruits, fromage et une excellente confiture maison. Le personnel à la réception est aimable et nous a prêté des parapluies. En revanche, le parking annoncé comme gratuit nous a été facturé 18 euros, et personne n'a voulu nous rembourser.
> Cet avis est-il positif, négatif ou mitigé ?
> Quels sont les points négatifs ? Deux puces.
> Corrigez les fautes éventuelles.
## es
Estimados clientes: durante las obras de la calle Mayor, nuestra panadería permanecerá abierta, pero la entrada será por la plaza del Mercado. El horario no cambia: de lunes a sábado de 7 a 20 horas y los domingos hasta las 14 horas. El aparcamiento de la parte trasera estará cerrado hasta el 30 de junio. Para agradecer su paciencia, por cada compra superior a diez euros regalamos un café. Los pedidos de tartas se pueden hacer por teléfono, en el 600 000 111, con dos días de antelación.
> Resume el aviso en dos frases.
> ¿Cuál es el horario de los domingos?
> Traduce este texto al inglés
> Extrae el teléfono y las fechas en formato JSON.
## es
María salió de casa a las siete, como todos los días, con el paraguas rojo que había sido de su madre. En la parada no había nadie. El autobús llegó tarde y el conductor, un hombre con bigote, le dijo que era su último día antes de jubilarse. Hablaron de perros, de la lluvia y de un pueblo que los dos conocían. Al bajar, María olvidó el paraguas. Por la tarde lo encontró colgado en la parada, con una nota: hasta la próxima lluvia.
> ¿De qué color era el paraguas?
> Resume el cuento en tres frases.
> Reescribe el texto en presente.
## pt
Prezados moradores, informamos que a limpeza da caixa d'água será feita na quarta-feira, dia 9 de outubro, das 9 às 15 horas. Nesse período não haverá água nos apartamentos. Pedimos que encham baldes na noite anterior e fechem bem as torneiras. A piscina ficará fechada até sexta-feira. O elevador de serviço estará reservado para a equipe. Dúvidas podem ser enviadas para sindico@exemplo.com ou deixadas na portaria com o senhor Antônio.
> Resuma o comunicado em uma frase.
> Traduza para o inglês.
> Quando não haverá água?
## it
Gentile signora Bianchi, la ringraziamo per il suo ordine del 22 aprile. Le tende color sabbia sono disponibili e verranno spedite lunedì; quelle verdi arriveranno invece tra due settimane. Può scegliere se ricevere tutto insieme o in due spedizioni, senza costi aggiuntivi. Il totale è di 184 euro, già pagato con carta. Se le misure non fossero giuste, può restituire le tende entro trenta giorni. Restiamo a disposizione al numero verde 800 000 222.
> Riassumi la lettera in una frase.
> Traduci in inglese il testo seguente
> Qual è il totale dell'ordine?
## ru
Уважаемые пассажиры! С 1 по 15 августа станция «Речная» закрыта на ремонт. Поезда проходят станцию без остановки. Между станциями «Парк» и «Речная» работает бесплатный автобус, интервал движения пять минут. Автобус отправляется от северного выхода. Проездные билеты действуют как обычно. Приносим извинения за неудобства. Справки по телефону 8 800 000 00 33 круглосуточно.
> Кратко перескажи объявление одним предложением.
> Переведи текст на английский.
> Когда закрыта станция?
## zh
各位同事，公司年会将于十二月二十日下午三点在城东酒店三楼举行。请大家两点半前签到，领取座位号和抽奖券。今年的节目包括歌舞、魔术和各部门的短剧，最后是晚餐。可以带一位家属，请在十二月五日之前把人数发给行政部的小李。酒店停车位有限，建议乘坐地铁二号线到花园站，从C出口步行五分钟即可到达。如有特殊饮食要求，也请一并告知。
> 用一句话概括这则通知。
> 把下面的通知翻译成英文
> 年会的时间和地点是什么？
> 提取日期、地点和联系人，用JSON输出。
## ja
先週の土曜日、家族で山へハイキングに行きました。朝六時に家を出て、電車とバスを乗り継ぎ、九時に登山口に着きました。天気はとてもよく、途中で鹿を二頭見ました。山頂でおにぎりを食べ、写真をたくさん撮りました。帰りに小さな温泉に寄り、弟はアイスクリームを三つも食べました。家に着いたのは夜の八時でした。疲れましたが、また行きたいと思います。
> この文章を一文で要約してください。
> 英語に翻訳してください
> 何時に家を出ましたか？
## ko
안녕하세요, 지난주에 주문한 운동화(주문번호 88213)가 오늘 도착했는데 사이즈가 다릅니다. 저는 260을 주문했는데 245가 왔습니다. 색상은 맞습니다. 이번 주말에 신어야 하기 때문에 금요일까지 교환이 가능한지 알려 주세요. 불가능하면 환불을 부탁드립니다. 상자와 영수증은 그대로 가지고 있습니다. 연락처는 010-0000-0000입니다. 감사합니다.
> 이 메일을 한 문장으로 요약해 줘.
> 영어로 번역해 주세요
> 주문번호가 뭐야?
## ar
أعلنت البلدية أن الحديقة العامة ستغلق أبوابها من يوم الأحد حتى يوم الخميس لإصلاح الممرات وزراعة أشجار جديدة. وستبقى الملاعب الرياضية مفتوحة من المدخل الجنوبي. يمكن للزوار استخدام حديقة النهر القريبة خلال هذه الفترة. وتعتذر البلدية عن الإزعاج وتشكر السكان على تعاونهم. للاستفسار يرجى الاتصال على الرقم 0000 555.
> لخص الإعلان في جملة واحدة.
> ترجم النص إلى الإنجليزية
> متى تغلق الحديقة؟
## hi
प्रिय अभिभावकों, विद्यालय का वार्षिक खेल दिवस शनिवार, 14 दिसंबर को सुबह आठ बजे से मनाया जाएगा। बच्चे सफेद पोशाक और खेल के जूते पहनकर आएँ। पानी की बोतल और टोपी साथ लाएँ। नाश्ता विद्यालय की ओर से दिया जाएगा। कार्यक्रम दोपहर एक बजे समाप्त होगा, उसके बाद बसें सामान्य मार्ग पर चलेंगी। किसी भी प्रश्न के लिए कार्यालय से संपर्क करें।
> इस सूचना को एक वाक्य में लिखिए।
> अंग्रेज़ी में अनुवाद कीजिए
> खेल दिवस कब है?
## tr
Sayın müşterimiz, 18 Nisan tarihli siparişiniz kargoya verilmiştir. Takip numaranız TR4471'dir. Teslimat iki iş günü içinde yapılacaktır. Evde bulunmamanız durumunda paketiniz komşunuza veya en yakın şubeye bırakılır. İade etmek isterseniz ürünü on dört gün içinde, etiketi çıkarmadan gönderebilirsiniz. Bizi tercih ettiğiniz için teşekkür ederiz. Sorularınız için 0850 000 00 44 numaralı hattı arayabilirsiniz.
> Bu mesajı bir cümleyle özetle.
> İngilizceye çevir
> Takip numarası nedir?
## pl
Szanowni Państwo, w związku z remontem biblioteka będzie nieczynna od 2 do 20 września. Wypożyczone książki można oddawać do skrzynki przy wejściu. Terminy zwrotu zostają automatycznie przedłużone do końca miesiąca. Czytelnia dla dzieci działa w tym czasie w domu kultury przy ulicy Lipowej 7, od poniedziałku do piątku w godzinach od 10 do 16. Przepraszamy za utrudnienia i zapraszamy na otwarcie po remoncie, które odbędzie się 21 września.
> Streść ogłoszenie w jednym zdaniu.
> Przetłumacz na angielski
> Kiedy biblioteka jest nieczynna?
## nl
Beste buren, op zaterdag 6 juli houden we ons jaarlijkse straatfeest. Vanaf drie uur is er koffie en taart, om zes uur gaat de barbecue aan. Neem zelf drankjes en een stoel mee. Voor de kinderen komt er een springkussen. De straat is van twee uur tot middernacht afgesloten, zet uw auto dus op tijd ergens anders. Wie wil helpen met opbouwen, kan zich melden bij Femke op nummer 18.
> Vat deze uitnodiging samen in één zin.
> Vertaal naar het Engels
> Hoe laat begint de barbecue?
`;
