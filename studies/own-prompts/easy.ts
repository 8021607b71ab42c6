/** Short prompts that are undisputedly easy, by topic and language: one a line under a heading. */
export const easy = `
## chat en
hey, how's it going?
Tell me a joke about cats.
good morning! any fun plan for a rainy sunday?
i'm bored
What should I name my goldfish?
thank you, that helped
Wish my aunt a happy 60th birthday in one line.
who are you?
Give me a compliment.
can you talk like a pirate
ok
Suggest a film for family night.
what's a good snack before bed
Say something nice about Mondays.
## trivia en
What is the capital of Norway?
who painted the mona lisa
How many legs has a spider?
When did the second world war end?
Which planet is closest to the sun?
What colour do you get from blue and yellow?
What's the boiling point of water in Fahrenheit?
how many minutes in a day
Who wrote Hamlet?
In which country is Kyoto?
Largest ocean?
What does NASA stand for?
how tall is mount everest
What is the opposite of generous?
Name three fruits that are red.
What currency is used in Switzerland?
## translation en
Translate "see you tomorrow" into Spanish.
How do you say thank you in Japanese?
Put this into French: the shop opens at nine.
What does "Feierabend" mean in English?
german for butterfly?
Translate to Italian: I would like two coffees, please.
Say "happy new year" in Korean
English for "manzana"?
## formatting en
Put this date into ISO format: 3 March 2024
Write 1500000 with thousands separators.
Sort alphabetically: pear, fig, apple, kiwi
Convert to upper case: please read the notice
Turn this list into bullet points: milk, eggs, flour
Make this title case: the old man and the sea
Remove the duplicates: 3, 5, 3, 9, 5
Write 14:30 in 12-hour format.
Reformat the phone number 00442079460018 with spaces.
Number these items: tent, stove, map
Put the names in the form last, first: Ada Lovelace, Alan Turing
Change the commas to semicolons: a,b,c,d
turn 0.25 into a percentage
Convert 5 miles to kilometres
Format as a table with two columns: Ann 31, Ben 28, Cleo 45
Make it lower case: MEETING AT NOON
Write the number 42 in words.
Convert this to JSON: name Ann, age 31
Replace every "cat" with "dog": the cat sat near the other cat
put quotes around each word: red green blue
## extraction en
Extract the email address: write to jo@example.org before Friday.
Which city is named here: "We met in Porto last May."
Pull the invoice number out of: Invoice 2291-B, due 1 June
Find the price: The blue kettle costs 24.90 including tax.
What's the date in this sentence? The concert moved to 12 July 2025.
Get the first name from "Dr. Maria Lopez, MD".
list the colours in: a red car, a green door and a white fence
Extract name and phone as JSON: Call Peter Hahn on 555-0192.
Who is the sender? "Best, Lena"
How many people are mentioned in "Tom and Ann met Sue"?
Return only the number: order #88231 shipped
Does this text mention a price, yes or no: we open at ten.
## classification en
Positive or negative: "The soup was cold and the waiter rude."
Is this spam? "You won a prize, click here"
Label the language: "Je suis fatigué"
Is "run" a noun or a verb in "I run daily"?
Fruit or vegetable: carrot
Is this message urgent or not: "Server room is on fire"
Formal or informal? "yo what's up"
Does this review like the hotel? "Lovely staff, will come again!"
True or false: the sun rises in the east.
Classify the intent, billing or technical: my invoice is wrong
## rewriting en
Fix the spelling: I recieved teh package
Make this more polite: send me the file.
Correct the grammar: She don't like apples.
Shorten: At this point in time we are not able to come.
Put this in the past tense: He walks to school.
Rewrite in the first person: She loves hiking.
Add punctuation: lets eat grandma
make it sound friendlier: No refunds.
Give a synonym for happy.
Use "umbrella" in a sentence.
Write a two line thank-you note to a neighbour.
Rhyme with moon.
Write a short out of office reply.
caption for a beach photo?
## arithmetic en
What is 17 plus 26?
12 x 11
Half of 90?
20% tip on $50
How much is 3 kg at 4 euros per kg?
Is 37 odd or even?
7 times 8?
Round 3.14159 to two decimals.
## code en
How do I print hello world in Python?
Write a line of JavaScript that adds two numbers.
What does HTML stand for?
CSS to make text red
How do I comment out a line in SQL?
git command to see the current branch
What's the file extension of a Python script?
Rename a file in bash.
How do you write a for loop from 1 to 10 in Python?
show me an empty html page
## everyday en
How long should I boil an egg?
remind me what to pack for a weekend at the sea
Recipe for pancakes
What time is it in Tokyo when it's noon in London?
set an alarm for 7 am
turn off the kitchen light
What's my account balance?
how do I reset my password?
Where is my order?
I lost my card, what now?
Is the museum open on Mondays?
play some jazz
## mixed de
Wie heißt die Hauptstadt von Portugal?
Übersetze ins Englische: Ich habe Hunger.
Schreib eine kurze Geburtstagskarte für meine Oma.
Korrigiere: Ich habe gestern ins Kino gegangen.
Was ist 8 mal 7?
Formatiere das Datum 5. Mai 2023 als JJJJ-MM-TT.
Nenne drei Haustiere.
Ist "Das Essen war toll" positiv oder negativ?
Guten Morgen, wie geht's?
Sortiere: Birne, Apfel, Kirsche
## mixed fr
Quelle est la capitale de l'Italie ?
Traduis en anglais : il fait beau aujourd'hui.
Corrige : je suis allé a la plage hier
Bonjour, ça va ?
Combien font 15 et 27 ?
Donne-moi un synonyme de rapide.
Mets en majuscules : fermé le lundi
Raconte une blague courte.
## mixed es
¿Cuál es la capital de Chile?
Traduce al inglés: tengo sueño.
Hola, ¿qué tal?
Corrige la ortografía: ola como estas
¿Cuánto es 9 por 6?
Dime tres colores.
Escribe un saludo de cumpleaños corto.
¿Es positivo o negativo? "Me encantó el libro"
## mixed pt
Qual é a capital da Austrália?
Traduza para o inglês: bom dia a todos.
Quanto é 25 mais 30?
Escreva um bilhete de agradecimento curto.
Qual é o plural de "pão"?
Oi, tudo bem?
## mixed it
Qual è la capitale della Spagna?
Traduci in inglese: ho sete.
Quanto fa 6 per 9?
Scrivi un breve augurio di compleanno.
Ciao, come stai?
Metti in ordine alfabetico: mela, pera, banana
## mixed ru
Какая столица Франции?
Переведи на английский: доброе утро.
Сколько будет 7 умножить на 6?
Привет, как дела?
Исправь ошибки: я хочю спать
Назови три времени года.
Напиши короткое поздравление с днём рождения.
Какого цвета небо?
## mixed zh
法国的首都是哪里？
把“早上好”翻译成英文。
七加八等于多少？
你好，今天过得怎么样？
给我讲个笑话。
请把这句话改得更礼貌：快点给我。
列出三种水果。
这句话是正面还是负面：“服务很差”
一年有几个月？
## mixed ja
日本の首都はどこですか？
「ありがとう」を英語に訳して。
おはよう！
15たす8は？
果物を三つ挙げてください。
この文を丁寧にして：早く送って
誕生日のお祝いメッセージを一行で書いて。
## mixed ko
한국의 수도는 어디인가요?
"고맙습니다"를 영어로 번역해 줘.
안녕, 잘 지내?
12 더하기 9는?
과일 세 가지를 말해 줘.
짧은 생일 축하 문구를 써 줘.
## mixed ar
ما هي عاصمة مصر؟
ترجم إلى الإنجليزية: صباح الخير.
كم يساوي 5 في 7؟
اكتب تهنئة قصيرة بعيد الميلاد.
مرحبا، كيف حالك؟
## mixed hi
भारत की राजधानी क्या है?
अंग्रेज़ी में अनुवाद करें: शुभ रात्रि।
आठ गुणा तीन कितना होता है?
नमस्ते, आप कैसे हैं?
तीन फलों के नाम बताइए।
## mixed tr
Türkiye'nin başkenti neresi?
İngilizceye çevir: günaydın.
9 artı 14 kaç eder?
Merhaba, nasılsın?
Üç meyve say.
## mixed pl
Jaka jest stolica Polski?
Przetłumacz na angielski: dobranoc.
Ile to jest 8 razy 4?
Cześć, co słychać?
Wymień trzy owoce.
## mixed nl
Wat is de hoofdstad van België?
Vertaal naar het Engels: eet smakelijk.
Hoeveel is 13 plus 9?
Schrijf een korte felicitatie.
`;
