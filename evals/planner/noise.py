"""Noise: texts of many kinds that ask for nothing, made at random."""

import base64
import json
import random
from collections.abc import Callable, Sequence

MARKS = "\"'`{}[]()<>|\\/_-=+*&^%$#@!?.,;:~\n\t \u0000\u200b\u202e\ufeffäßçñ日本語🙂Ω"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VERBS = "delete remove create make stop start run copy move upload retry archive pause resume tag share schedule rm mb cp mv".split()
_NOUNS = "run runs bucket buckets pipeline file files object job experiment schedule key data model step".split()
_SMALL = "go it do rm mb cp mv rb ls du no so up on in at to of we he me is as an or if by us my ok hi".split()
_EMOJI = "🙂😀🚀🔥✅❌🗑️🪣📦🤖👍👎💥⏹️▶️⏸️🔁🎉😭🤷"
_LEVELS = "DEBUG INFO WARN WARNING ERROR FATAL".split()
_MODULES = "kfp.worker urllib3.connectionpool root app.main minio.api uvicorn.access botocore.client train.loop".split()
_ERRORS = "ValueError KeyError RuntimeError FileNotFoundError TimeoutError S3Error requests.exceptions.ConnectionError".split()
_SHELL = (
    "rm -r {path}", "mkdir -p {path} && cd {path}", "git push origin {word}", "git rm --cached {path}", "docker run -it --rm {word}:latest",
    "kubectl delete pod {word}-0 -n kubeflow", "make build && make test", "pip install -r requirements.txt", "mv {path} {path}.bak",
    "cp -r {path} /tmp/{word}", "tar xzf {word}.tar.gz | head", "kill -9 {number}", "$ rm {path}", "for f in *.csv; do mv $f {word}/; done",
    "export RUN={word}", "find . -name '*.pyc' -exec rm {} +", "sudo systemctl stop {word}", "ssh {word}@host 'rm {path}'",
    "cat {path} | grep {word} > out.txt", "echo $?; exit {number}", "docker stop $(docker ps -q)", "crontab -l | grep {word}",
)  # fmt: skip
_CODE = (
    "def {verb}_{noun}({word}):\n    return client.{verb}({word})", "{noun}.{verb}()", "client.{verb}_{noun}('{name}')",
    "for {noun} in {noun}s:\n    {noun}.{verb}(force=True)", "import {word}\n{word}.{verb}({noun}={number})",
    "DELETE FROM {noun}s WHERE id = {number};", "SELECT * FROM {noun}s; DROP TABLE {noun}s;",
    "if {word} is None: raise {error}('{verb} {noun}')",
    "class {word}({noun}):\n    def {verb}(self): ...", "const {noun} = await {verb}({{ id: {number} }});", "os.remove('{path}')",
    "<div class='{noun}'><button>{verb}</button></div>", "assert {verb}({number}) == {number}",
    "fn {verb}(x: &mut {word}) -> bool {{ x.{noun} }}",
    "CREATE TABLE {noun} (id INT);", "x = [{verb}(y) for y in {noun}s if y]", "#include <{word}.h>\nint main() {{ {verb}(); }}",
    "- name: {verb} {noun}\n  run: make {word}", "[{noun}]\n{verb} = true\npath = \"{path}\"",
)  # fmt: skip
_PROSE = (
    "Heute ist das Wetter schön und wir gehen in den Park.", "Der Zug nach München hat leider wieder Verspätung.",
    "Le chat dort sur le canapé pendant que la pluie tombe.", "Demain nous mangerons chez ma grand-mère à Lyon.",
    "El perro corre por la playa cada mañana con su dueño.", "La biblioteca cierra temprano los viernes de verano.",
    "Il gatto beve il latte e poi dorme sotto il tavolo.", "Amanhã vamos à praia com os nossos amigos do trabalho.",
    "De trein naar Amsterdam vertrekt over tien minuten.", "Kissa nukkuu sohvalla koko päivän.", "Kot śpi na kanapie cały dzień.",
    "Вчера мы ходили в музей и видели старые картины.", "今日は天気がいいので散歩に行きました。", "我们昨天去了一家新的餐厅吃饭。",
    "오늘은 날씨가 아주 좋네요.",
    "Αύριο θα πάμε στη θάλασσα με τα παιδιά.", "Bugün hava çok güzel ve parkta yürüdük.", "आज मौसम बहुत अच्छा है।",
    "اليوم الطقس جميل جدا في المدينة.",
    "Dans la version finale, le train part du centre et arrive au port.", "Im Park spielen Kinder Fußball, am Rand sitzt ein alter Mann.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    "The old bridge was removed in May and a new park was made beside the river.",
    "She copied the recipe, moved to Spain and started to run every morning.", "Stop and go traffic all the way to the coast again.",
)  # fmt: skip


class Noise:
    """Endless noise, the same for the same chance; among the words are these names, and the things that are called so stay as they are."""

    def __init__(self, chance: random.Random, names: Sequence[str] = ()) -> None:
        self._chance = chance
        self._names = list(names) or ["demo-7"]
        self._kinds: list[Callable[[], str]] = [
            self.characters, self._unknown_words, self._repeated, self._small_words, self._shell, self._base64, self._dump, self._log,
            self._trace, self._code, self._json, self._prose, self._emoji,
        ]  # fmt: skip

    def text(self) -> str:
        """Of any kind."""
        return self._chance.choice(self._kinds)()

    def characters(self) -> str:
        """Up to eighty of any."""
        return "".join(self._chance.choices(MARKS + LETTERS + "0123456789", k=self._chance.randint(1, 80)))

    def _repeated(self) -> str:
        return self.characters()[:5] * self._chance.randint(2, 60)

    def _word(self) -> str:
        return "".join(self._chance.choices(LETTERS, k=self._chance.randint(4, 11)))

    def _unknown_words(self) -> str:
        return " ".join(self._word() for _ in range(self._chance.randint(1, 12)))

    def _small_words(self) -> str:
        """Words of two letters over and over, some of them abbreviations of commands."""
        few = self._chance.choices(_SMALL, k=self._chance.randint(1, 4))
        return " ".join(self._chance.choices(few, k=self._chance.randint(3, 30)))

    def _shell(self) -> str:
        return self._chance.choice(["; ", "\n", " && ", " | "]).join(self._filled(_SHELL) for _ in range(self._chance.randint(1, 3)))

    def _code(self) -> str:
        return "\n".join(self._filled(_CODE) for _ in range(self._chance.randint(1, 4)))

    def _base64(self) -> str:
        text = base64.b64encode(self._chance.randbytes(self._chance.randint(6, 200))).decode()
        width = self._chance.choice([4, 24, 64, 76, 400])
        return "\n".join(text[place : place + width] for place in range(0, len(text), width))

    def _dump(self) -> str:
        """Bytes in hexadecimal, as `xxd` and `hexdump -C` show them."""
        lines = []
        for number in range(self._chance.randint(1, 6)):
            row = self._chance.randbytes(16)
            shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
            lines.append(f"{number * 16:08x}  {row.hex(' ')}  |{shown}|")
        return "\n".join(lines)

    def _log(self) -> str:
        lines = []
        for _ in range(self._chance.randint(1, 5)):
            month, day, hour, second = (self._chance.randint(10, most) for most in (12, 28, 23, 59))
            date, time = f"2026-{month}-{day}", f"{hour}:12:{second}"
            level, module, said = self._chance.choice(_LEVELS), self._chance.choice(_MODULES), self._told()
            forms = (
                f"{date} {time},120 {level} {module}: {said}", f"[{date}T{time}Z] {level} {said}", f"{level}:{module}:{said}",
                f"{level}: {said}",
                f"{date}T{time}.000Z {level:7} [{module}] {said}", f'time="{date}T{time}" level={level.lower()} msg="{said}"',
            )  # fmt: skip
            lines.append(self._chance.choice(forms))
        return "\n".join(lines)

    def _told(self) -> str:
        """What a line of a log may say."""
        forms = (
            "{verb} {noun} {name}", "{verb} {noun} {name}: done", "failed to {verb} {noun} {name}", "could not {verb} {name} ({number})",
            "{noun} {name} not found, {verb} skipped", "retrying {verb} of {noun} {name} in {number}s", "epoch {number} loss=0.{number}",
        )  # fmt: skip
        return self._filled(forms)

    def _trace(self) -> str:
        lines = ["Traceback (most recent call last):"]
        for _ in range(self._chance.randint(1, 5)):
            lines += [
                self._filled(('  File "/app/{path}", line {number}, in {verb}_{noun}', '  File "{path}", line {number}, in {verb}')),
                self._filled(("    {noun}.{verb}({word})", "    return {verb}({noun}='{name}')", "    raise {error}(message)")),
            ]
        lines.append(self._filled(("{error}: ",)) + self._told())
        return "\n".join(lines[self._chance.choice([0, 0, -2, -1]) :])

    def _json(self) -> str:
        def value(depth: int) -> object:
            kind = self._chance.randint(0, 5 if depth else 3)
            some = [self._chance.randint(0, 99), self._told(), self._chance.choice(self._names), None]
            return some[kind] if kind < len(some) else [value(depth - 1), value(0)] if kind == len(some) else table(depth - 1)

        def table(depth: int) -> dict[str, object]:
            keys = self._chance.choices([*_VERBS, *_NOUNS, "action", "id", "name", "status"], k=self._chance.randint(1, 5))
            return {key: value(depth) for key in keys}

        return json.dumps(table(2), indent=self._chance.choice([None, 2]))

    def _prose(self) -> str:
        return " ".join(self._chance.choices(_PROSE, k=self._chance.randint(1, 3)))

    def _emoji(self) -> str:
        return self._chance.choice(["", " "]).join(self._chance.choices(_EMOJI, k=self._chance.randint(1, 30)))

    def _filled(self, forms: Sequence[str]) -> str:
        """A form with words in its gaps."""
        some = {
            "verb": self._chance.choice(_VERBS),
            "noun": self._chance.choice(_NOUNS),
            "word": self._word(),
            "name": self._chance.choice(self._names),
            "path": f"{self._word()}/{self._word()}.{self._chance.choice(['csv', 'py', 'txt'])}",
            "number": str(self._chance.randint(1, 999)),
            "error": self._chance.choice(_ERRORS),
        }
        text = self._chance.choice(forms)
        for gap, said in some.items():
            text = text.replace(f"{{{gap}}}", said)
        return text.replace("{{", "{").replace("}}", "}")
