/** Prompts of medium difficulty, by topic and language: one a line under a heading. */
export const medium = `
## code en
Write a Python function that merges two sorted lists.
How do I read a CSV in pandas and group by month?
Write a SQL query for the second highest salary per department.
Explain the difference between a process and a thread.
Add pagination to an Express endpoint.
What does the useEffect dependency array do in React?
Write a bash script that deletes logs older than 30 days.
Create a regular expression for a UK postcode.
Unit tests for a function that validates email addresses
Convert this callback to async/await: fs.readFile(p, (e, d) => cb(d))
How does a hash map handle collisions?
Write a small Dockerfile for a Flask app.
## writing en
Write a 300 word blog post about working from home.
Draft a cover letter for a junior data analyst.
Write a short story about a lighthouse keeper who finds a letter.
Compose an email that declines a supplier's offer but keeps the door open.
Give me five slogans for a bicycle repair shop and say which is best.
Outline a presentation on time management for students.
Write a product description for a foldable kettle.
Turn my notes on leadership into a one page speech.
## explanation en
Explain photosynthesis to a twelve year old.
How do vaccines work?
What were the main causes of the French revolution?
Explain compound interest with an example.
What is the difference between weather and climate?
Why do we have leap years?
How does a refrigerator cool?
Describe how a bill becomes law in the United States.
What is inflation and how is it measured?
Explain supply and demand with a graph in words.
## planning en
Plan a three day trip to Lisbon with two children.
Make a weekly meal plan for a vegetarian on 50 euros.
Create a beginner running plan for eight weeks.
Compare renting and buying a flat for someone who stays five years.
Suggest a study schedule for an exam in three weeks.
What should I consider when choosing a health insurance?
Help me prepare for a job interview as a nurse.
## mathematics en
Solve 3x + 5 = 20 and explain the steps.
Find the derivative of x^3 sin x.
A train travels 180 km in 2.5 hours. What is its average speed in m/s?
What is the probability of at least one six in four rolls?
Calculate the monthly payment for a loan of 10,000 at 5 % over 3 years.
Explain the Pythagorean theorem with an example.
## mixed de
Erkläre den Unterschied zwischen Aktien und Anleihen.
Schreibe eine Python-Funktion, die Palindrome erkennt.
Plane ein Wochenende in Hamburg.
Wie funktioniert eine Wärmepumpe?
## mixed fr
Expliquez la différence entre TCP et UDP.
Rédigez une lettre de motivation pour un stage.
Comment fonctionne un moteur électrique ?
## mixed es
Explica la diferencia entre energía cinética y potencial.
Escribe una función en JavaScript que cuente palabras.
Planifica un viaje de dos días a Sevilla.
## mixed zh
解释一下什么是通货膨胀。
写一个Python函数判断闰年。
为一家咖啡店写一段宣传文案。
## mixed ja
機械学習とは何か、例を挙げて説明してください。
京都の一日観光プランを作ってください。
## mixed ru
Объясни разницу между HTTP и HTTPS.
Напиши функцию на Python для сортировки слов по длине.
## mixed pt
Explique como funciona a fotossíntese.
Escreva um e-mail pedindo desculpas por um atraso na entrega.
## mixed ko
주식과 채권의 차이를 설명해 주세요.
## mixed ar
اشرح الفرق بين الطقس والمناخ.
## mixed hi
प्रकाश संश्लेषण को सरल शब्दों में समझाइए।
`;
