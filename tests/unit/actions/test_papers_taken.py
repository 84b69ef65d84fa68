"""Files that customers send for customs: the customer hears that all papers are here once they are."""

from __future__ import annotations

from actions.evidence import ActionTakeEvidence
from bot.aftersales.customs import CustomsState, Paper
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.labels import IssueType
from bot.services import customs
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import NOW, an_order
from tests.unit.services.lifecycles import a_world_with_case
from tests.unit.services.world import CONVERSATION


async def test_one_file_of_two_papers_is_taken_and_the_second_one_completes_them() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    bind(world)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW)
        papers = (Paper.IDENTITY, Paper.TAX_NUMBER, Paper.INVOICE)
        await customs.request_papers(uow, matter.number, papers, NOW.date(), NOW)
        await uow.commit()
    talk = Talk(world, order_number=world.order.number)
    for name, response, state in (
        ("a", "utter_evidence_received", CustomsState.PAPERS_REQUESTED),
        ("b", "utter_papers_received", CustomsState.PAPERS_RECEIVED),
    ):
        kind = EvidenceKind.DOCUMENT
        file = Evidence(name, CONVERSATION, kind, "application/pdf", 1, None, None, "", NOW)
        world.database.all(Evidence).append(file)
        said, _ = await talk.run(ActionTakeEvidence(), "evidence_uploaded", evidence=name)
        assert (said, matter.state, file.case_number) == ([response], state, case.number)
