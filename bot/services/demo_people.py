"""The customers of the showcase orders; every one of them is invented."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.order import Address
from bot.services.demo_catalogue import fill


@dataclass(frozen=True)
class Person:
    """A customer of the showcase, who has everything sent home."""

    id: str
    name: str
    email: str
    country: str
    phone: str
    street: str
    postcode: str
    city: str

    def address(self) -> Address:
        """Return where this person lives."""
        return Address(self.name, self.street, self.postcode, self.city, self.country)


ANNA = Person(
    "showcase-01",
    "Anna Becker",
    "anna.becker@example.org",
    "DE",
    "+493023125820",
    "Ackerstraße 12",
    "10115",
    "Berlin",
)
EMILY = Person(
    "showcase-02",
    "Emily Carter",
    "emily.carter@example.com",
    "US",
    "+12025550142",
    "48 Maple Avenue",
    "97205",
    "Portland, OR",
)
LUCIA = Person(
    "showcase-03",
    "Lucía Romero",
    "lucia.romero@example.org",
    "ES",
    "+34600000733",
    "Calle Mayor, 7",
    "28013",
    "Madrid",
)
FANG = Person(
    "showcase-04",
    "王芳",
    "wang.fang@example.org",
    "CN",
    "+8619900004466",
    "建国路88号",
    "100022",
    "北京市朝阳区",
)
JAMES = Person(
    "showcase-05",
    "James Whitfield",
    "james.whitfield@example.org",
    "GB",
    "+442079460505",
    "3 Church Lane",
    "SE10 9RT",
    "London",
)
MARKUS = Person(
    "showcase-06",
    "Markus Vogt",
    "markus.vogt@example.org",
    "DE",
    "+493023125606",
    "Lindenstraße 4",
    "50674",
    "Köln",
)
DIEGO = Person(
    "showcase-07",
    "Diego Navarro",
    "diego.navarro@example.com",
    "ES",
    "+34600000707",
    "Paseo del Prado, 21",
    "46010",
    "Valencia",
)
MING = Person(
    "showcase-08",
    "李明",
    "li.ming@example.org",
    "CN",
    "+8619900000808",
    "中山路15号",
    "200120",
    "上海市浦东新区",
)
ROBERT = Person(
    "showcase-09",
    "Robert Hayes",
    "robert.hayes@example.com",
    "US",
    "+12025550109",
    "210 Cedar Street",
    "78704",
    "Austin, TX",
)
SOPHIE = Person(
    "showcase-10",
    "Sophie Brandt",
    "sophie.brandt@example.net",
    "DE",
    "+493023125110",
    "Goethestraße 31",
    "80336",
    "München",
)
THOMAS = Person(
    "showcase-11",
    "Thomas Keller",
    "thomas.keller@example.org",
    "DE",
    "+493023125211",
    "Am Markt 2",
    "04109",
    "Leipzig",
)
CHARLOTTE = Person(
    "showcase-12",
    "Charlotte Reed",
    "charlotte.reed@example.com",
    "GB",
    "+442079460612",
    "17 Mill Street",
    "BS1 4QA",
    "Bristol",
)
JULIA = Person(
    "showcase-13",
    "Julia Winkler",
    "julia.winkler@example.org",
    "DE",
    "+493023125313",
    "Kastanienallee 9",
    "20357",
    "Hamburg",
)
PETER = Person(
    "showcase-15",
    "Peter Lang",
    "peter.lang@example.org",
    "DE",
    "+493023125415",
    "Bahnhofstraße 60",
    "79098",
    "Freiburg",
)
MIRIAM = Person(
    "showcase-16",
    "Miriam Scholz",
    "miriam.scholz@example.org",
    "DE",
    "+493023125516",
    "Goethestraße 5",
    "10119",
    "Berlin",
)
WEI = Person(
    "showcase-17",
    "张伟",
    "zhang.wei@example.org",
    "CN",
    "+8619900001717",
    "科技园路6号",
    "510630",
    "广州市天河区",
)
DANIEL = Person(
    "showcase-18",
    "Daniel Ortiz",
    "daniel.ortiz@example.com",
    "US",
    "+12025550118",
    "9 Orchard Road",
    "80211",
    "Denver, CO",
)
THERESA = Person(
    "showcase-19",
    "Theresa Steiner",
    "theresa.steiner@example.org",
    "AT",
    "+43720000319",
    "Schulgasse 8",
    "1070",
    "Wien",
)
CLAIRE = Person(
    "showcase-20",
    "Claire Dubois",
    "claire.dubois@example.org",
    "FR",
    "+33199000020",
    "14 rue des Lilas",
    "75019",
    "Paris",
)

#: Country, patterns of phone, street and postcode, city, and the people who share them: ten, but in the last as many
#: as there are languages to try besides, three for each learned one, one for each spoken one and six who switch.
_PLAIN = (
    (
        "DE", "+493023125###", "Lindenstraße {}", "101##", "Berlin",
        ("Lea Albrecht", "Moritz Engel", "Frieda Sommer", "Karl Ebert", "Nora Thiel",
         "Hannes Pohl", "Clara Busch", "Emre Aydın", "Ida Kranz", "Rolf Jansen"),
    ),
    (
        "US", "+120255501##", "{} Lakeview Drive", "432##", "Columbus, OH",
        ("Megan Porter", "Andre Simmons", "Paula Greene", "Kevin Tran", "Rachel Stone",
         "Victor Morales", "Dana Whitaker", "Omar Farouk", "Holly Jensen", "Curtis Bell"),
    ),
    (
        "ES", "+34600000###", "Calle Mayor, {}", "280##", "Madrid",
        ("Elena Pascual", "Raúl Domínguez", "Teresa Gallego", "Jorge Santos", "Irene Vidal",
         "Pablo Crespo", "Noelia Ferrer", "Andrés Rivas", "Silvia Roldán", "Hugo Benítez"),
    ),
    (
        "CN", "+861990000####", "人民大街{}号", "3100##", "杭州市西湖区",
        ("马丽", "郭峰", "何雪", "高翔", "罗娜", "郑凯", "梁晨", "宋佳", "唐磊", "许静"),
    ),
    (
        "NL", "+31200000###", "Prinsengracht {}", "101# @@", "Amsterdam",
        ("Margaux Perrin", "Bastien Colin", "Élodie Marchand", "Ginevra Serra", "Tommaso Villa", "Ilaria Fabbri",
         "Beatriz Tavares", "Gonçalo Pires", "Leonor Faria", "Maaike Hofman", "Sjoerd Postma", "Femke Dijkstra",
         "Kinga Wrona", "Bartosz Lis", "Hanna Sowa", "Дарья Белова", "Кирилл Орехов", "Ульяна Зимина",
         "Selin Koçak", "Barış Ünal", "Defne Tuncer", "ليلى حداد", "سامر قاسم", "نور الخطيب",
         "松田 彩", "森 拓海", "石井 遥", "한지민", "오세훈", "문가영",
         "吳佩珊", "蔡宗翰", "謝雅婷", "สุดา ใจดี", "ธนา วงศ์ทอง", "พิมพ์ใจ แสงจันทร์",
         "Ebba Lindqvist", "Mads Kjær", "Ingrid Haugen", "Aino Mäkelä", "Tereza Doležalová", "Fekete Zsófia",
         "Ioana Munteanu", "Δήμητρα Νικολάου", "Оксана Гриценко", "Десислава Колева", "נועה שלו", "पूजा वर्मा",
         "Putri Lestari", "Đỗ Thu Hà", "Siti Zulaikha", "شیرین کاظمی",
         "Megan Lowry", "宮本 蓮", "Jule Petersen", "Capucine Noël", "丁一帆", "윤서준"),
    ),
)  # fmt: skip

FIRST_PLAIN = 21
#: Everybody who bought just one thing; ``shopper21@example.org`` is the first.
PLAIN_PEOPLE = tuple(
    Person(
        id=f"showcase-{serial}",
        name=name,
        email=f"shopper{serial}@example.org",
        country=country,
        phone=fill(phone, serial),
        street=street.format(serial),
        postcode=fill(postcode, serial),
        city=city,
    )
    for block, (country, phone, street, postcode, city, names) in enumerate(_PLAIN)
    for serial, name in enumerate(names, start=FIRST_PLAIN + 10 * block)
)
