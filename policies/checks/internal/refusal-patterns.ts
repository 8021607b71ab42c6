/**
 * Patterns of refusals by language (ISO 639-1), for the opening of an answer in lower case with straight
 * apostrophes. A refusal says that the speaker cannot or will not do what assistants are asked for (help, answer,
 * write …), or begins with an apology and "I cannot". So "I can't help but admire this" and "We cannot deliver
 * before Monday" are none. Every gap is bounded and stays within a sentence, so a pattern takes linear time.
 */
export const refusalPatterns: Readonly<Record<string, readonly RegExp[]>> = {
  en: [
    /^(?:i'm |i am )?(?:very |so |really )?(?:sorry|unfortunately|i apologi[sz]e|apologies|my apologies|i'm afraid|i am afraid|regrettably),? (?:but )?(?:that )?i (?:can't|cannot|can not|won't|am unable|am not able)|^(?:i'm |i am )?(?:sorry|unfortunately|afraid|i apologi[sz]e),? (?:but )?i'm (?:unable|not able)/,
    oneOf(
      "\\bi (?:can't|cannot|can not|couldn't|could not|won't|will not|am unable to|am not able to|am not allowed to|am not permitted to)|\\bi'm (?:unable to|not able to|not allowed to|not permitted to)",
      " (?:really |directly |currently |legally |be able to |in good conscience |be )?",
      "help(?: (?:you|with|in|on|here)\\b|[.,!;:]|$)|helping you|assist|comply|fulfil|provide|answer|discuss|do that|do this|engage|create|generate|write|produce|give|offer|share|support this|complete (?:this|that|your)|process this|recommend how",
    ),
    /\bi (?:must|have to|need to|will have to) (?:respectfully |politely )?(?:decline|refuse)|\bi (?:respectfully )?(?:decline|refuse) to\b/,
    /\bnot something (?:that )?i(?:'m| am)? (?:can|able to|comfortable|allowed to|willing to)/,
    /\bi(?:'m| am) not comfortable (?:with|writing|providing|creating|helping|discussing|answering|sharing)|\bi(?:'d| would) (?:rather|prefer) not/,
    /\bas an (?:ai|artificial intelligence)(?: language)?(?: model| assistant| system)?(?:,| i\b| developed| created)/,
    /\bmy (?:guidelines|rules|polic(?:y|ies)|instructions|programming|safety guidelines) (?:do not|don't|does not|doesn't|prohibits?|prevents?|forbids?|won't)|\b(?:outside|beyond)(?: of)? (?:what|the scope of what|anything) i(?:'m| am)? (?:can|able|allowed)|\bi(?:'m| am) not going to (?:help|assist|write|provide|answer|do that|do this)|\bi (?:do not|don't) feel able to|^sorry, no\b/,
    /\bi (?:can't|cannot|won't|will not|am unable to) [^.!?\n]{0,30}\b(?:your|this|that|such an?) (?:request|question|topic)\b|\bi (?:won't|will not) be (?:responding|answering|able to)|\bi'm (?:just |only )?an ai(?: language model| assistant)?(?:,| and) [^.!?\n]{0,20}(?:cannot|can't)/,
  ],
  de: [
    /^(?:es tut mir (?:sehr )?leid|tut mir (?:sehr )?leid|leider|entschuldigung|entschuldige|entschuldigen sie|verzeihung|sorry)[ ,]+[^.!?\n]{0,40}\b(?:ich (?:kann|darf|werde|möchte|will|könnte|muss)|(?:kann|darf|werde|möchte|will|muss) ich)\b[^.!?\n]{0,80}\b(?:nicht|kein|ablehnen)/,
    oneOf(
      "\\b(?:ich (?:kann|darf|werde|möchte|will|könnte)|(?:kann|darf|werde|möchte|will) ich)\\b",
      "[^.!?\\n]{0,60}?\\b(?:nicht|kein(?:e[nmrs]?)?)\\b[^.!?\\n]{0,80}?",
      "\\bhelfen|weiterhelfen|behilflich|beantworten|antworten|erfüllen|bereitstellen|\\bgeben|erteilen|anbieten|schreiben|erstellen|liefern|unterstützen|nachkommen|besprechen|diskutieren|verfassen|generieren|\\bstellen",
    ),
    /\bich bin (?:leider )?nicht (?:in der lage|befugt|berechtigt|imstande|autorisiert)|\bmir (?:leider )?nicht (?:möglich|erlaubt|gestattet)|\bich muss [^.!?\n]{0,40}\bablehnen|\bich lehne [^.!?\n]{0,40}\bab\b|das kann ich leider nicht/,
    /\bals (?:ki|künstliche intelligenz|sprachmodell|ki-(?:sprachmodell|modell|assistent|assistentin|system))[, ]+(?:bin|kann|habe|darf|verfüge|möchte) ich/,
    /\bmeine (?:richtlinien|regeln|vorgaben) (?:erlauben|gestatten|verbieten|lassen)|\bich helfe (?:dir |ihnen |euch )?nicht|\b(?:muss|werde) ich [^.!?\n]{0,40}\bablehnen|\bich (?:kann|darf|werde) (?:leider )?kein[^.!?\n]{1,80}(?:weitergeben|teilen|nennen|herausgeben|wiedergeben)|\b(?:verfasse|schreibe|erstelle|beantworte|unterstütze) ich nicht|\bdarf ich mich nicht äußern|außerhalb (?:dessen|meiner möglichkeiten)/,
    /\b(?:kann|werde|darf) (?:ich )?[^.!?\n]{0,40}\b(?:anfrage|bitte|frage)\b[^.!?\n]{0,20}\bnicht\b[^.!?\n]{0,20}(?:nachkommen|bearbeiten|annehmen)|\b(?:antworte|schreibe|helfe) ich (?:dar(?:auf|an) |dir |ihnen )?nicht/,
  ],
  fr: [
    /^(?:je suis (?:vraiment |sincèrement )?(?:désolée?|navrée?)|désolée?|malheureusement|je regrette|pardon|toutes mes excuses)[ ,]+[^.!?\n]{0,30}\bje ne (?:peux|puis|suis pas (?:en mesure|autoris|capable)|saurais|pourrai)/,
    oneOf(
      "\\bje ne (?:peux|puis|pourrai|saurais) (?:malheureusement )?pas (?!m'empêcher|que |assez)",
      "(?:[^ .!?\\n]{1,20} ){0,3}?",
      "(?:vous |t'|l'|y |la |le )?(?:aider|répondre|fournir|donner|écrire|satisfaire|accéder|assister|discuter|parler|rédiger|générer|créer|proposer|partager|traiter|faire cela)",
    ),
    /\bje ne suis pas (?:en mesure|autoris|capable|habilit)|dans l'incapacité de|\bil (?:ne )?m'est (?:malheureusement )?(?:pas possible|impossible)|\bje (?:refuse de|préfère ne pas|préférerais ne pas|dois (?:décliner|refuser))/,
    /\ben tant (?:que modèle de langage|qu'(?:ia|intelligence artificielle|assistant[a-zé ]{0,20}))\b[, ]+je/,
    /\b(?:mes|mon) (?:consignes|règles|directives|instructions|principes) ne (?:me |m')?(?:permettent|autorisent)|\bje ne (?:vais|veux|souhaite) pas (?:vous |t'|te )?(?:aider|répondre|écrire|fournir)|\bje (?:me )?dois (?:de )?(?:décliner|refuser)|\b(?:sort|dépasse|hors) (?:de |du cadre de )?ce que je peux|^navrée?, mais je ne/,
    /\bje ne (?:peux|pourrai|vais) pas [^.!?\n]{0,30}\b(?:demande|requête)\b|\bje n[e'](?:y )? ?(?:répondrai|aiderai|écrirai|fournirai)[^.!?\n]{0,10} pas/,
  ],
  es: [
    /^(?:lo siento(?: mucho)?|lo lamento|lamentablemente|desafortunadamente|por desgracia|disculp[ae]|perd[oó]n|me temo que|lamento|siento)[ ,]+[^.!?\n]{0,30}\bno (?:puedo|poder|podr[eé]|me es posible|estoy (?:autoriz|en cond)|soy capaz)/,
    oneOf(
      "\\bno (?:puedo|podr[eé]|soy capaz de) (?!evitar|dejar|m[aá]s que|sino|parar)",
      "(?:[^ .!?\\n]{1,20} ){0,2}?",
      "(?:ayudar|asistir|responder|proporcionar|dar|ofrecer|cumplir|escribir|hablar|facilitar|generar|crear|compartir|discutir|atender|completar|hacer eso)",
    ),
    /\bno me (?:es posible|est[aá] permitido)|\bno estoy (?:autoriz|capacitad|en condiciones)|\b(?:prefiero|preferir[ií]a) no (?:escribir|responder|ayudar|hablar|dar|hacer)|\bme niego a|\bdebo (?:rechazar|declinar)/,
    /\bcomo (?:un )?(?:modelo de lenguaje|inteligencia artificial|ia|asistente[a-z ]{0,12})[, ]+(?:no|yo|carezco)/,
    /\bmis (?:normas|reglas|directrices|instrucciones|pautas) no (?:me )?(?:permiten|dejan)|\bno voy a (?:ayudar|escribir|responder|proporcionar|dar)|\b(?:fuera|m[aá]s all[aá]) de lo que puedo|^perdon[ae],? pero[^.!?\n]{0,30}no (?:lo |la )?puedo|\beso no (?:lo )?puedo (?:escribir|hacer|responder)/,
    /\bno puedo [^.!?\n]{0,30}\b(?:petici[oó]n|solicitud)\b|(?:^|[ ,])no (?:responder[eé]|ayudar[eé]|escribir[eé]|proporcionar[eé])/,
  ],
  it: [
    /^(?:mi (?:di)?spiace(?: molto)?|(?:sono )?spiacente|purtroppo|scusa(?:mi)?|mi scuso|sono desolat[oa])[ ,]+[^.!?\n]{0,30}\bnon (?:posso\b|sono in grado|mi è possibile|potrò|sono autorizz)/,
    oneOf(
      "\\bnon (?:posso|potrò) (?!fare a meno|che |non |sottolineare)",
      "(?:[^ .!?\\n]{1,20} ){0,2}?",
      "(?:aiutar|risponder|fornir|dare|darti|offrir|soddisfare|scriver|parlar|assister|creare|generare|discuter|accettare|condivider|esaudire)",
    ),
    /\bnon sono (?:in grado|autorizzat|capace|abilitat)|\bnon mi è (?:possibile|consentito|permesso)|\bmi rifiuto (?:di|[a-z]+)|\b(?:preferisco|preferirei) non|\bdevo (?:rifiutare|declinare)/,
    /\b(?:in quanto|come) (?:un )?(?:modello linguistico|modello di linguaggio|intelligenza artificiale|ia|assistente[a-z ]{0,12})[, ]+(?:non|io)/,
    /\ble mie (?:regole|linee guida|istruzioni|direttive) non (?:mi )?(?:permettono|consentono)|\bnon (?:ti |vi |la )?aiuterò|\b(?:va oltre|al di là di|fuori da) (?:ciò|quello) che posso|\bnon lo posso (?:scrivere|fare)/,
    /\bnon posso [^.!?\n]{0,30}\brichiesta\b|(?:^|[ ,])non (?:risponderò|scriverò|fornirò)/,
  ],
  pt: [
    /^(?:(?:me )?desculp[ea]|sinto muito|lamento|infelizmente|peço desculpas?|perdão)[ ,]+[^.!?\n]{0,30}\bnão (?:posso|consigo|poder\b|poderei|me é possível|sou capaz|estou autoriz)/,
    oneOf(
      "não (?:posso|consigo|poderei|sou capaz de) (?!deixar|senão|parar)",
      "(?:[^ .!?\\n]{1,20} ){0,2}?",
      "(?:ajud|responder|fornecer|dar|oferecer|atender|escrever|falar|criar|gerar|cumprir|compartilhar|discutir|auxiliar|prestar)",
    ),
    /não me é (?:possível|permitido)|não estou (?:autorizad|em condições)|\b(?:prefiro|preferiria) não|\brecuso-me a|\bme recuso a|\bdevo recusar/,
    /\bcomo (?:um |uma )?(?:modelo de linguagem|inteligência artificial|ia|assistente[a-z ]{0,12})[, ]+(?:não|eu)/,
    /\b(?:as )?minhas (?:regras|diretrizes|instruções|normas) não (?:me )?permitem|não vou (?:ajud|escrever|responder|fornecer)|\b(?:fora|além) do que (?:eu )?posso|não (?:o |a )?posso escrever|\bdevo (?:recusar|declinar)/,
    /não posso [^.!?\n]{0,30}\b(?:pedido|solicitação)|não vou (?:responder|ajudar|escrever)|não responderei/,
  ],
  nl: [
    /^(?:het spijt me|sorry|helaas|excuses|mijn excuses)[ ,]+[^.!?\n]{0,40}\bik\b[^.!?\n]{0,60}\b(?:niet|geen)\b/,
    oneOf(
      "\\b(?:ik (?:kan|mag|wil|zal|ga)|(?:kan|mag|wil|zal) ik)\\b(?! het niet helpen)",
      "[^.!?\\n]{0,40}?\\b(?:niet|geen)\\b[^.!?\\n]{0,60}?\\b",
      "(?:helpen|beantwoorden|antwoorden|voldoen|geven|schrijven|verstrekken|maken|stellen|bieden|bespreken|delen|genereren)\\b",
    ),
    /\bik ben (?:helaas )?niet (?:in staat|bevoegd|gemachtigd)|\b(?:voor )?mij niet (?:mogelijk|toegestaan)|\bik weiger (?!,)|\bik moet [^.!?\n]{0,30}weigeren/,
    /\bals (?:ai|taalmodel|ai-(?:model|assistent|taalmodel)|kunstmatige intelligentie)[, ]+(?:kan|heb|ben|mag) ik/,
    /\bmijn (?:richtlijnen|regels|instructies) (?:staan|laten|verbieden)|\bbuiten wat ik (?:kan|mag)|\b(?:moet|zal) ik [^.!?\n]{0,40}weigeren/,
    /\bik (?:kan|zal|ga) [^.!?\n]{0,30}\bniet\b[^.!?\n]{0,30}\bverzoek|\bniet (?:op|aan) (?:je|uw|dit|dat) verzoek|\bik (?:geef|geven) [^.!?\n]{0,20}geen antwoord/,
  ],
  pl: [
    /^(?:przykro mi|przepraszam|niestety|wybacz|proszę o wybaczenie)[ ,]+[^.!?\n]{0,20}\bnie (?:mogę|jestem w stanie|wolno mi|mam możliwości|potrafię)/,
    oneOf(
      "nie (?:mogę|potrafię|będę) (?!powstrzymać|wystarczająco|się )",
      "(?:[^ .!?\\n]{1,20} ){0,3}?",
      "(?:pomóc|pomagać|odpowiedzieć|odpowiadać|udziel|poda[ćw]|spełnić|napisać|pisać|udostępni|zrealizować|stawiać|dostarczy|wykonać|tworzyć|stworzyć|rozmawiać|omawiać)",
    ),
    /nie jestem (?:w stanie|upoważnion)|nie wolno mi|nie mam (?:możliwości|uprawnień)|\b(?:wolałbym|wolałabym|wolę) nie|\bodmawiam (?!,)|muszę odmówić/,
    /\bjako (?:model językowy|sztuczna inteligencja|ai|asystent[a-z ]{0,8})[, ]+nie/,
    /\bmoje (?:zasady|wytyczne|reguły|instrukcje) nie pozwalają|(?:^|[ ,])nie pomogę|wykracza poza to, co mogę|muszę odmówić/,
    /nie mogę [^.!?\n]{0,30}(?:prośb|żądani)|(?:^|[ ,])nie (?:odpowiem|napiszę|udzielę)/,
  ],
  tr: [
    oneOf(
      "(?:yardımcı ol|yardım ed|cevap ver|yanıt ver|yanıtla|cevapla|sağla|yaz|karşıla|getir|(?:tavsiye|talimat|bilgi|öneri|destek) ver|konuş|oluştur|paylaş|teşhis koy|tartış|sun)",
      "y?[ae]",
      "m(?:am|em|ıyorum|iyorum)(?![\\p{L}])",
    ),
    /(?:verm|sağlam|yapm|yazm|etm|yanıtlam|cevaplam|paylaşm)[ae]?m? mümkün değil|reddediyorum(?!,)|reddetmek zorundayım/,
    /(?:dil modeli|yapay zek[aâ](?: modeli| asistanı)?) olarak/,
    /yardım etmeyeceğim|(?:kurallarım|yönergelerim|ilkelerim)[^.!?\n]{0,60}izin vermiyor|yapabileceklerimin dışında|yetkili değilim/,
    /^(?:üzgünüm|özür dilerim|maalesef|ne yazık ki)[ ,]+(?:ama |ancak |fakat )?[^.!?\n]{0,60}y?[ae]m(?:am|em|ıyorum|iyorum)(?!\p{L})|(?:cevap|yanıt) vermeyeceğim/u,
  ],
  ru: [
    /^(?:извините|извини|простите|прошу прощения|к сожалению|мне (?:очень )?жаль|сожалею|увы)[ ,]+[^.!?\n]{0,40}?(?<!\p{L})я (?:\p{L}+ )?не (?:могу|смогу|в состоянии|буду|способ|имею права|вправе)/u,
    oneOf(
      "(?<!\\p{L})не (?:могу|смогу|буду|способен|способна|в состоянии) (?!не )",
      "(?:[^ .!?\\n]{1,20} ){0,3}?",
      "(?:помочь|помогать|ответ|отвечать|предостав|выполн|давать|дать|ставить|написа|писать|обсужда|обсудить|созда|генер|консульт|подел)",
    ),
    /(?<!\p{L})я не (?:имею права|вправе|уполномоч)|вынужден\p{L}* отказа|(?<!\p{L})(?:я )?отказываюсь (?!,)|предпоч\p{L}+ не (?:отвеч|писа|обсужд)/u,
    /(?<!\p{L})как (?:языковая модель|искусственный интеллект|ии|ии-\p{L}+)[, ]+(?:я|у меня)(?!\p{L})/u,
    /мои (?:правила|инструкции|принципы) не (?:позволяют|разрешают)|я не (?:стану|буду) (?:помогать|писать|отвечать)|(?:выходит за рамки|вне) того, что я могу|(?:придётся|придется|вынужден\p{L}*|должен|должна) отклонить|я не могу (?:делиться|раскрыва|разглаша)/u,
    /не могу [^.!?\n]{0,30}(?:просьб|запрос)|я не (?:отвечу|помогу|напишу)(?!\p{L})/u,
  ],
  ar: [
    oneOf(
      "(?:لا (?:يمكنني|أستطيع|استطيع|أقدر)|لن (?:أستطيع|أتمكن من|يمكنني)|لست (?:قادرا|قادرة|مخولا|مخولة)(?: على| ب)?|غير قادر[ة]?(?: على)?|لا يسمح لي|ليس بإمكاني|لا يجوز لي) ?",
      "(?:[^ .!؟\\n]{1,15} ){0,2}?",
      "(?:ب|لل|ال|بال)?(?:مساعد|إجاب|اجاب|رد |تقديم|توفير|تلبي|كتابة|تنفيذ|مناقش|إعطا|اعطا|مشارك|إنشا|انشا|تحدث)",
    ),
    /(?:أعتذر|اعتذر|عذرا|آسف|اسف|للأسف)[^.!؟\n]{0,25}لن (?:أكتب|أقدم|أساعد|أجيب|أقوم)/,
    /(?:كنموذج|بصفتي (?:نموذج|ذكاء|مساعد)|باعتباري (?:نموذج|ذكاء|مساعد))/,
    /(?:إرشاداتي|قواعدي|تعليماتي|سياساتي)|لا تسمح لي|لن أ(?:ساعدك|ساعد|كتب|جيب)|خارج نطاق ما يمكنني|(?:يجب|علي) أن أرفض|(?:لا يمكنني|لا أستطيع) (?:نشر|الكشف|مشاركة|كشف)/,
    /^(?:عذرا|آسف|أنا آسف|اسف|أعتذر|للأسف)[،, ]+(?:و?لكن(?:ني)? )?(?:لا يمكنني|لا أستطيع)|(?:لا يمكنني|لا أستطيع) [^.!؟\n]{0,25}طلب|لن أ(?:رد|قدم)/,
  ],
  hi: [
    /मैं(?!\p{L})[^।.!?\n]{0,60}नहीं (?:कर|दे|लिख|बता|बना) (?:सकता|सकती|सकते|सकूँगा|सकूंगा|पाऊँगा|पाऊंगा)/u,
    /असमर्थ (?:हूँ|हूं)|नहीं (?:लिखूँगा|लिखूंगा|लिखूँगी|लिखूंगी|दूँगा|दूंगा|दूँगी|बताऊँगा|बताऊंगा|करूँगा|करूंगा)/u,
    /(?:भाषा मॉडल|एआई(?: मॉडल| सहायक)?|कृत्रिम बुद्धिमत्ता) के रूप में,? (?:मैं|मेरी|मेरे|मेरा|मुझे)/u,
    /मेरे (?:नियम|दिशानिर्देश|दिशा-निर्देश)[^।.!?\n]{0,50}(?:अनुमति नहीं|नहीं देते)|मेरी सीमा से बाहर|(?:अस्वीकार|मना) करना (?:होगा|पड़ेगा)|अधिकृत नहीं (?:हूँ|हूं)/,
    /^(?:क्षमा करें|माफ़ करें|माफ़ कीजिए|मुझे खेद है|दुर्भाग्य से)[, ]+(?:लेकिन |पर )?मैं[^।.!?\n]{0,60}नहीं [^।.!?\n]{0,8}सकत[ाीे]|मैं [^।.!?\n]{0,25}अनुरोध[^।.!?\n]{0,20}नहीं/,
  ],
  zh: [
    /我(?:也|真的|恐怕|目前|暂时|实在)?(?:无法|不能|不便|没办法|没有办法|不会|拒绝|不可以)(?!不)[^。！？\n，,：:]{0,12}(?:协助|帮|提供|回答|满足|完成|讨论|写|生成|创作|执行|给出|处理|透露)/,
    /作为(?:一个|一名|一款)?(?:人工智能|ai|大型)*(?:语言模型|助手|助理|模型|人工智能|ai)[，,][^。\n]{0,6}我/,
    /(?:我的)(?:准则|规则|政策|原则)(?:不允许|禁止)|超出了?我(?:的能力|能|可以)|我(?:必须|只能|不得不)(?:拒绝|婉拒)|我没有(?:资格|权限)|我(?:写|答|做)不了/,
    /^(?:非常|很|十分|真的)?(?:抱歉|对不起|遗憾)[，,！!]?(?:但是?|不过)?我(?:无法|不能|不便|没办法)|我(?:无法|不能)[^。！？\n，,]{0,8}(?:请求|要求|问题)|我不会(?:回答|回复|提供|帮)/,
  ],
  ja: [
    /(?:お答え|お応え|お手伝い|お伝え|お話し|ご案内|ご協力|ご提供|お受け|提供|回答|支援|作成|対応|生成|執筆|助言)(?:する)?(?:こと)?(?:は|が|も)?(?:でき(?:ません|かねます|ない)|いたしかねます)/,
    /(?:書く|行う|答える|手伝う|教える)こと(?:は|が)?できません|手伝えません|お断りし(?!ます、と|ます」)|応じられません|応じることはできません/,
    /(?:ai|人工知能|言語モデル|アシスタント)として[、,]/,
    /(?:ガイドライン|規則|ポリシー)により[^。\n]{0,30}(?:できません|できかねます)|(?:手助け|お手伝い|協力)は(?:し|いたし)ません|対応できる範囲を超え|お教えする?ことはできません|掲載することはできません|それは書けません|私には[^。\n]{0,20}資格がありません/,
    /^(?:大変|誠に)?(?:申し訳(?:ありません|ございません)|すみません|ごめんなさい|残念ながら)[^。\n]{0,40}(?:質問|要望|依頼|リクエスト|要求)[^。\n]{0,15}(?:できません|できかねます)|お答えしません|お答えいたしません|ご要望にお?応えすることは/,
  ],
  ko: [
    /(?:도와 ?드릴|도움을 드릴|답변? ?(?:해 ?)?드릴|답변할|(?<!응)답할|제공(?:해)? ?(?:드릴|할)|알려 ?드릴|수행할|작성(?:해 ?드릴|할)|이야기할|말씀 ?드릴|(?<!\p{L})응할|처리할|공유할|논의할) 수(?:가|는)? 없(?:습니다|어요|네요|음)/u,
    /(?:작성하|제공하|답변하|돕|도와드리)지 않겠|(?:요청|작성|답변)을? ?(?:거부|거절)(?:합니다|하겠습니다)/,
    /(?:ai|인공지능|모델|어시스턴트)로서/,
    /(?:제|저의) (?:지침|규칙|정책)[은이][^.!?\n]{0,40}(?:허용하지 않|허락하지 않)|제가 할 수 있는 범위를 벗어|거절해야 (?:합니다|해요)|쓸 수 없습니다$|자격이 없습니다|돕지 않겠/,
    /^(?:정말 )?(?:죄송|미안|유감)[^.!?\n]{0,12}[ ,][^.!?\n]{0,20}(?:지원|제공|수행|작성|도와|응답|답변)[^.!?\n]{0,10} 수(?:가|는)? 없|(?:요청|부탁)[을은]? ?(?:들어드릴|받아들일|이행할) 수 없|답(?:변)?하지 않겠|조언을 드릴 수 없/,
  ],
};

/** Joins the parts of a pattern: what cannot be done, a bounded gap, and what is asked for. */
function oneOf(cannot: string, gap: string, what: string): RegExp {
  return new RegExp(`(?:${cannot})${gap}(?:${what})`, "u");
}
