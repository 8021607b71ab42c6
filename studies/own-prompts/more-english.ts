/** Further English prompts, all trained on: hard ones, and easy and medium ones with the same verbs and words. */
export const englishHard = `
## mathematics en
Prove that e is transcendental.
Prove that the harmonic numbers are never integers for n above 1.
Disprove: every bounded sequence of functions has a convergent subsequence.
Is every locally connected space path connected? Prove or refute.
Derive the stationary phase approximation and its error term.
Derive Stirling's formula from the gamma integral.
Why is the general quintic not solvable by radicals?
Why do eigenvalues of a random symmetric matrix follow a semicircle?
Estimate the number of primes below 10^12 with an explicit error bound.
Find all functions f with f(x + y) = f(x) + f(y) that are measurable.
How many ways are there to tile a 2n by 3 board with dominoes? Find a recurrence and solve it.
Show that a bounded entire function is constant.
Determine the Galois group of x^4 - 2 over the rationals.
Which finite groups act freely on a sphere? Sketch the argument.
Characterise the matrices that commute with every rotation.
When does Newton's method converge from every starting point?
Decide whether the series of 1/(n log n log log n) diverges.
Minimise the expected number of weighings to find a false coin among 40.
Two players take turns removing divisors of n; who wins, and why?
Bound the mixing time of the riffle shuffle.
Generalise the pigeonhole argument to infinite cardinals.
Explain why the continuum hypothesis cannot be settled in ZFC.
Does uniform convergence preserve arc length? Prove it or construct a counterexample.
## code en
Find the race condition in a double-checked singleton in Java.
Find the bug: this binary search loops forever when the array has two elements.
Why does this goroutine leak when the context is cancelled early?
Why does my CUDA kernel give different sums on every run?
Implement suffix automata and prove linear size.
Write a regular expression engine without backtracking.
Write a bloom filter that supports deletion under concurrent writers.
Rewrite this O(n^3) matching to run in O(n^2 log n) and argue why it is correct.
Vectorise a branchy parser with SIMD and keep it exact on malformed UTF-8.
Diagnose a deadlock that appears only with more than 64 connections.
Diagnose a heap that grows although the profiler shows no retained objects.
Refactor a million-line monolith off global state without a feature freeze.
Design an undo system for collaborative editing.
Design an API for partial failures in batch writes and defend the semantics.
Make a JSON parser resistant to algorithmic complexity attacks.
How would you test a scheduler whose bugs depend on interleavings?
How can a compiler prove that two pointers never alias?
Compare tracing and reference counting for a real-time audio engine.
Optimise an N+1 query storm when the schema cannot change.
Reduce tail latency of a JVM service with a 90 GB heap.
Decompose this transaction into sagas and list every compensation that may fail.
Explain the memory ordering that a sequence lock needs on ARM and x86.
## systems en
Design a globally unique, roughly ordered id generator without coordination.
Design a chat backend for 50 million concurrent sockets.
Design schema migrations for a table that takes 80,000 writes a second.
Plan a zero-downtime move from a single Postgres to shards.
Plan the rollback of a release that already wrote new-format data.
Why does adding replicas make our p99 worse?
Why does the cluster split brain although the quorum is odd?
Why did throughput collapse after we enabled retries?
Estimate the servers needed to transcode 500 hours of video per minute.
Compare Paxos and Raft under asymmetric network partitions.
Compare consistent hashing and rendezvous hashing when nodes have unequal capacity.
How would you detect silent data corruption across 10,000 disks?
What breaks first when clocks drift by two seconds across the fleet?
Diagnose packet loss that only hits large TLS records.
Threat model a password manager that syncs through an untrusted server.
Choose between event sourcing and change data capture under strict audit rules.
Debug a Kubernetes node that goes NotReady every night at three.
Build a failover strategy where the backup region has half the capacity.
Secure a build pipeline against a compromised dependency.
## law en
Is an AI-generated patent claim valid if no human conceived it? Argue.
May an employer read private messages on a work phone in Germany?
Who is liable when an autonomous car obeys a wrong map?
Compare consideration and causa in cross-border contracts.
Assess the enforceability of a clickwrap arbitration clause against minors.
Draft a limitation of liability that survives gross negligence claims in three jurisdictions.
Does force majeure cover a supplier's ransomware attack?
Reconcile the right to erasure with blockchain records.
When does a shareholder agreement override the articles?
Distinguish dicta from ratio in a split appellate judgment.
Can a trustee delegate investment discretion to an algorithm? Analyse the duties.
Evaluate standing, ripeness and mootness for a challenge to an expired regulation.
Which law governs a tort committed on a cloud server in five countries?
Plan the defence of a merger under a market test that has not been settled.
## medicine en
A child has fever, rash and red eyes for six days: what now?
Diagnose sudden painless vision loss in a diabetic.
Diagnose: weight loss, night sweats, eosinophilia and a lung cavity.
Distinguish cardiac from septic shock with limited equipment.
Why does correcting sodium too fast injure the brain?
Why is potassium dangerous in diabetic ketoacidosis although blood levels look normal?
Plan anticoagulation after a brain bleed in a patient with a metal valve.
Manage refractory status epilepticus in pregnancy.
Adjust vancomycin dosing for a patient on intermittent dialysis.
Compare immunotherapy sequences in brain-metastatic melanoma under steroid use.
Interpret raised calcium with a low parathyroid hormone and kidney failure.
Which test would separate adrenal from pituitary failure, and why?
Appraise a trial that stopped early for benefit.
## finance en
Derive the capital asset pricing model and say where it fails.
Derive the Greeks of a digital option near expiry.
Hedge a portfolio of callable bonds against volatility.
Hedge a two-year currency exposure when forwards are illiquid.
Value a start-up with negative earnings and a liquidation preference.
Value a perpetual American put.
Why does a deep discount bond have high convexity?
Why did portfolio insurance worsen the 1987 crash?
Estimate the default correlation implied by these tranche spreads.
Find the arbitrage between these three currency quotes after costs.
Compare value at risk and expected shortfall under fat tails.
Structure a leveraged buyout that survives a 20 percent revenue drop.
Is the equity premium explained by rare disasters? Evaluate.
How should a market maker skew quotes with toxic flow?
Plan the exit of a block worth nine days of volume.
## science en
Derive the dispersion relation of deep water waves.
Derive Michaelis-Menten kinetics with competitive inhibition.
Why is the night sky dark?
Why does ice float, from the quantum mechanics of water?
Why are there three generations of quarks?
Why do enzymes lose activity in organic solvents, and when do they not?
Estimate how long the sun could shine by contraction alone.
Estimate the energy released when a glacier of 10 cubic kilometres slides into a fjord.
Propose a mechanism for the Diels-Alder reaction that explains endo selectivity.
Propose a synthesis of ibuprofen in four steps.
Design an experiment that detects a fifth force below one millimetre.
Design a controlled trial of a gene drive on an island.
Explain superconductivity to a physicist without using Cooper pairs.
Compare frequentist and Bayesian treatments of a sequential trial.
What would falsify the RNA world hypothesis?
Predict the products and stereochemistry of this elimination.
Identify the confounders in an observational study of vitamin D and mortality.
## argument en
Is it rational to one-box in Newcomb's problem?
Refute the simulation argument without assuming physicalism.
Defend moral realism against evolutionary debunking.
Formalise the sorites paradox and evaluate three solutions.
Does Arrow's theorem rule out democracy? Argue precisely.
Find the hidden premise in Anselm's ontological proof.
Plan a carbon tax that is not regressive and cannot be gamed.
`;

export const englishMedium = `
## mathematics en
Solve x^2 - 5x + 6 = 0 and show the steps.
## code en
Write a function that checks whether brackets are balanced.
Why does my list change when I modify its copy in Python?
Fix the off-by-one error in this loop.
Design a table layout for a small library.
## systems en
Explain how a load balancer works.
## law en
What should a basic rental contract contain?
Explain the difference between civil and criminal law.
## medicine en
What are common causes of low iron?
## finance en
## science en
Explain how vaccines train the immune system.
Describe an experiment for school that shows osmosis.
## writing en
`;

export const englishEasy = `
## mathematics en
Who proved Fermat's last theorem?
Show that 2 + 2 is 4.
Derive the plural of matrix.
Estimate 19 times 5.
Find the largest number: 4, 19, 7, 12
Compute 12 times 12.
Is 17 a prime number?
How many degrees are in a right angle?
Determine whether 48 is even.
Sort these integrals by name: Riemann, Lebesgue, Cauchy
In which year was Gauss born?
Which is larger, 0.5 or 0.45?
Who invented the decimal point?
Where was the mathematician Ramanujan born?
What shape has six equal square faces?
Why does a clock have twelve numbers and not ten? A short answer will do.
## code en
Find the typo: pritn("hello")
Find the word "error" in this line: no error found
Why is the language called Python?
Write hello world in Go.
Rename the variable x to count: x = x + 1
Implement nothing, just answer yes.
Which key saves a file in vim?
Make this an upper case constant: max_retries
Design a variable name for the user's age.
Diagnose this: "lenght" is spelled how?
Put these log levels in a list: debug, info, warn, error
Uncomment this line: # import os
Format as JSON: port 8080, host localhost
Who wrote the Linux kernel?
Why do people say hello world? One line.
What happens if I press Ctrl C?
When was the first version of Java released?
Who created the C++ programming language?
Where do I click to open the terminal in VS Code?
## systems en
Design a short name for our server.
Is 10.0.0.1 an IPv4 address?
Why is it called the cloud? One sentence.
Plan: remind me to restart the server at five. Just write the reminder.
Compare these two version numbers, which is newer: 1.4.2 or 1.10.0?
Extract the port from redis://cache:6379
List these regions alphabetically: us-west, eu-central, ap-south
Write a polite message that the database will be down on Sunday.
Translate "the server is not reachable" into Spanish.
Turn "deploy failed on node 7" into title case.
Is this log line an error or a warning: WARN disk almost full
Where does Amazon have its head office?
Which company bought GitHub in 2018?
Who founded Microsoft with Bill Gates?
## law en
Spell jurisdiction.
Define plaintiff in one short sentence.
Who is the defendant in Smith v. Jones?
Draft a one-line reply that we received the contract.
Write the date of this contract as 2024-05-06: May 6, 2024
Translate "the court is closed today" into French.
Extract the party names: This agreement is between Alpha Ltd and Beta GmbH.
Is "guilty" a noun or an adjective?
Name the highest court of the United States.
Who signed the contract: "Signed, Maria Lopez"?
What would be a polite closing for a letter to the court?
When did women get the vote in New Zealand?
Where does the International Court of Justice sit?
How many judges sit on the US Supreme Court?
## medicine en
How many chambers does the heart have?
Which organ pumps blood?
Write a get well card for my aunt.
Remind the patient of the appointment on Monday at nine, one sentence.
Convert 98.6 Fahrenheit to Celsius.
Extract the drug name: Take amoxicillin 500 mg twice a day.
Spell pneumonia.
Put in order of size: finger, arm, body
What is another word for physician?
Who wrote this note: "Seen today. Dr. Kim"?
How would you spell haemoglobin in American English?
Where is the pancreas located?
Who performed the first heart transplant?
When do babies usually get their first tooth?
What vitamin do we get from sunlight?
Why do we yawn when others yawn? Just a quick guess.
## finance en
Convert 5 million to digits.
Is an invoice the same as a receipt, yes or no?
Compare the prices 4.99 and 5.10: which is cheaper?
Name the currency of Japan.
Value is spelled with one or two l?
Write a short note that the payment arrived.
Extract the amount: Please transfer 1,250 euros by Friday.
Put these years in order: 2008, 1929, 1987
Which symbol stands for the pound?
When was the euro introduced as cash?
Where is the New York Stock Exchange?
## science en
Why do we say "bless you"? One line.
At how many degrees Celsius does water boil?
Who discovered penicillin?
Name three noble gases.
Spell photosynthesis.
Design a fun title for my science fair poster.
Translate "the experiment was a success" into Italian.
Plural of hypothesis?
Explain the word atom in five words.
Estimate: is an elephant heavier than a car, yes or no?
Where does the sun rise?
What would be a nice name for a pet axolotl?
Who was the first person on the moon?
Where do penguins live?
When does the next leap year come after 2024?
How long does the Earth take to go around the sun?
## texts en
Translate into German: The proof uses induction on the number of vertices and a compactness argument for the infinite case.
Correct the spelling: The algoritm sorts the array in logarythmic time and alocates no memory.
Correct the grammar: The patient have been given two dose of antibiotic because the fever were high.
Make this sentence shorter: The committee has come to the conclusion that the merger should, in the light of all circumstances, be postponed.
Rewrite in lower case: DERIVE THE EQUATION OF MOTION AND COMPARE IT WITH EXPERIMENT
Extract all numbers: The bond pays 4.5 percent, matures in 2031 and trades at 97.2.
Extract the names of the algorithms: We compared Dijkstra, A* and Bellman-Ford on road networks.
Count the words: the optimal policy is stationary and deterministic
Put the terms in alphabetical order: torsion, homology, manifold, bundle, fibre
Classify as law, medicine or finance: The yield curve inverted again last week.
Is the following sentence a question? Why does the kernel panic under load
Change to past tense: We prove the lemma and derive a bound.
Replace "optimise" with "improve": We optimise the query planner and optimise the index.
Format as a table with two columns: sodium 140, potassium 4.1, calcium 2.3
Write the abbreviation in full: The CEO signed the NDA.
Answer yes or no: does this text mention a theorem? The train was late and it rained.
Repeat this word for word: consensus requires a majority of correct processes
Which language is this? Der Beweis ist dem Leser überlassen.
`;
