/// A message made of small talk from beginning to end: "Hi there, how are you?", "ok, thanks a lot!", "Guten Morgen".
///
/// The message is cut into words and must fall completely into known phrases; one word more and it is none.
struct SmallTalk: Hashable, Sendable {
    enum Topic: Int, Hashable, Sendable, CaseIterable {
        case acknowledgement, greeting, farewell, thanks, wellbeing, identity
    }

    static let wordsMax = 12
    static let scalarsMax = 200

    /// The weightiest topic: "hi, what can you do?" is about the assistant.
    let topic: Topic

    init?(_ message: String) {
        guard message.unicodeScalars.prefix(Self.scalarsMax + 1).count <= Self.scalarsMax else { return nil }
        let words = Words.all(in: message)
        guard (1...Self.wordsMax).contains(words.count), !Self.hasForeignSigns(message),
            let topics = Self.topics(words[...]), let topic = topics.max(by: { $0.rawValue < $1.rawValue })
        else { return nil }
        self.topic = topic
    }

    /// Quotation marks and the like speak about words instead of using them; a hyphen makes another word ("yo-yo").
    private static func hasForeignSigns(_ message: String) -> Bool {
        message.unicodeScalars.contains { $0 == "-" || IntentRules.signs.contains($0) }
    }

    /// The topics of the phrases that make up all the words; nil when they do not.
    private static func topics(_ words: ArraySlice<String>) -> Set<Topic>? {
        // reachable[i]: the topics on the way to word i.
        var reachable: [Set<Topic>?] = [[]] + Array(repeating: nil, count: words.count)
        let words = Array(words)
        for start in words.indices {
            guard let before = reachable[start] else { continue }
            for length in 1...min(phraseWordsMax, words.count - start) {
                let phrase = words[start..<(start + length)].joined(separator: " ")
                if let topic = phrases[phrase] {
                    reachable[start + length] = before.union([topic])
                } else if fillers.contains(phrase) {
                    reachable[start + length] = reachable[start + length] ?? before
                }
            }
        }
        return reachable[words.count]
    }

    private static let phraseWordsMax = 6

    /// Words that go with small talk but are none by themselves.
    private static let fillers: Set<String> = [
        "there", "again", "everyone", "all", "assistant", "bot", "friend", "my friend", "team", "so much", "very much", "a lot",
        "for now",
        "for your help", "for the help", "for that", "for everything", "for this", "today", "please", "and", "then", "oh", "well",
        "dear",
        "outcrop", "buddy", "mate", "folks", "guys", "sir", "madam", "beaucoup", "sehr", "vielmals", "mucho", "muchas", "mille",
    ]

    private static let phrases: [String: Topic] = {
        var phrases: [String: Topic] = [:]
        for (topic, list) in table {
            for phrase in list.split(whereSeparator: \.isNewline).flatMap({ $0.split(separator: ",") }) {
                phrases[phrase.split(separator: " ").joined(separator: " ")] = topic
            }
        }
        return phrases
    }()

    private static let table: [(Topic, String)] = [
        (
            .greeting,
            """
            hi, hii, hello, helo, hey, heya, hiya, howdy, yo, greetings, good morning, good afternoon, good evening, good day, morning
            welcome, hallo, guten morgen, guten tag, guten abend, moin, servus, grüezi, bonjour, salut, bonsoir, coucou, hola, buenos días
            buenos dias, buenas tardes, buenas noches, buenas, ciao, buongiorno, buonasera, salve, olá, ola, oi, bom dia, boa tarde
            boa noite, hej, hei, god morgen, hoi, goedemorgen, goedemiddag, goedenavond, cześć, dzień dobry, привет, здравствуйте
            добрый день, merhaba, günaydın, こんにちは, おはよう, おはようございます, こんばんは, 你好, 您好, 早上好, 안녕하세요, 안녕, नमस्ते, مرحبا, السلام عليكم, שלום
            nice to meet you, pleased to meet you
            """
        ),
        (
            .thanks,
            """
            thanks, thank you, thx, ty, thank u, many thanks, much appreciated, i appreciate it, appreciate it, cheers, that helped
            that was helpful, very helpful, danke, danke schön, dankeschön, vielen dank, besten dank, merci, merci bien, gracias
            muchas gracias, grazie, grazie mille, obrigado, obrigada, tack, tak, takk, dank je, bedankt, dank u, dziękuję, спасибо, teşekkürler
            ありがとう, ありがとうございます, 谢谢, 謝謝, 감사합니다, شكرا, धन्यवाद, תודה
            """
        ),
        (
            .farewell,
            """
            bye, bye bye, goodbye, good bye, see you, see you later, see ya, see you soon, see you tomorrow, later, good night, take care
            have a nice day, have a good day, have a great day, have a good one, that is all, thats all, talk to you later, tschüss
            auf wiedersehen, bis bald, gute nacht, au revoir, à bientôt, bonne nuit, adiós, adios, hasta luego, arrivederci, tchau
            до свидания, пока, さようなら, 再见, 拜拜
            """
        ),
        (
            .wellbeing,
            """
            how are you, how are you doing, how are you today, how r u, hows it going, how is it going, how do you do, whats up, what is up, sup
            hows your day, how is your day, how was your day, how are things, wie gehts, wie geht es dir, wie geht es ihnen, ça va
            comment ça va, comment allez vous, qué tal, que tal, cómo estás, como estas, come stai, come va, tudo bem, как дела, i am fine, im fine
            """
        ),
        (
            .acknowledgement,
            """
            ok, okay, k, great, cool, nice, perfect, awesome, wonderful, excellent, fantastic, amazing, good, got it, i see, understood
            makes sense, sounds good, alright, all right, good job, well done, nice work, great work, great job, lol, haha, hahaha, wow
            super, prima, alles klar, daccord, parfait, vale, perfecto, perfetto, va bene, 好的, 了解
            """
        ),
        (
            .identity,
            """
            who are you, what are you, what is your name, whats your name, what can you do, what do you do, how can you help
            how can you help me, what can you help me with, are you a bot, are you a robot, are you human, are you an ai, are you there
            can you hear me, introduce yourself, tell me about yourself, wer bist du, was kannst du, was bist du, qui es tu, qui êtes vous
            quién eres, qué puedes hacer, chi sei, cosa sai fare, tell me a joke, 你是谁
            """
        ),
    ]
}
