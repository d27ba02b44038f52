"""The structure message that goes with SDMX-CSV: SDMX-ML 3.0 with all code lists."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from beltroad.evidence.claims.sdmx import (
    AGENCY,
    COMPONENTS,
    FLOW,
    VERSION,
    CodeList,
    Component,
    Message,
)

__all__ = ["structure_xml"]

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_URN = "urn:sdmx:org.sdmx.infomodel"
_MAINTAINED = f'agencyID="{AGENCY}" version="{VERSION}"'


def structure_xml(message: Message) -> bytes:
    """Code lists, concepts, data structure and dataflow of the exported claims.

    Only codes in use are listed, besides the fixed lists. The date of preparation is the latest
    date of publication among the claims: the same claims give the same bytes.
    """
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<mes:Structure xmlns:mes="{_SCHEMAS}/message" xmlns:str="{_SCHEMAS}/structure" '
        f'xmlns:com="{_SCHEMAS}/common">',
        " <mes:Header>",
        f"  <mes:ID>{FLOW}_{VERSION.replace('.', '_')}</mes:ID>",
        "  <mes:Test>false</mes:Test>",
        f"  <mes:Prepared>{message.prepared}T00:00:00Z</mes:Prepared>",
        f'  <mes:Sender id="{AGENCY}"/>',
        " </mes:Header>",
        " <mes:Structures>",
        "  <str:Codelists>",
        *(line for name in sorted(message.codelists) for line in _codes(message.codelists[name])),
        "  </str:Codelists>",
        "  <str:ConceptSchemes>",
        f'   <str:ConceptScheme id="CS_{FLOW}" {_MAINTAINED}>',
        _name("Concepts of the claims", 4),
        *(line for c in COMPONENTS for line in (
            f'    <str:Concept id="{c.id}">', _name(c.title, 5), "    </str:Concept>")),
        "   </str:ConceptScheme>",
        "  </str:ConceptSchemes>",
        "  <str:Dataflows>",
        f'   <str:Dataflow id="{FLOW}" {_MAINTAINED}>',
        _name("Claims: figures with who states them, when and where", 4),
        f"    <str:Structure>{_URN}.datastructure.DataStructure={AGENCY}:{FLOW}({VERSION})"
        "</str:Structure>",
        "   </str:Dataflow>",
        "  </str:Dataflows>",
        "  <str:DataStructures>",
        f'   <str:DataStructure id="{FLOW}" {_MAINTAINED}>',
        _name("Structure of a claim", 4),
        "    <str:DataStructureComponents>",
        *_components(),
        "    </str:DataStructureComponents>",
        "   </str:DataStructure>",
        "  </str:DataStructures>",
        " </mes:Structures>",
        "</mes:Structure>",
    ]  # fmt: skip
    return ("\n".join(parts) + "\n").encode()


def _codes(codelist: CodeList) -> Iterable[str]:
    yield f'   <str:Codelist id="CL_{codelist.name}" {_MAINTAINED}>'
    yield _name(codelist.name.replace("_", " ").capitalize(), 4)
    for key in sorted(codelist.codes):
        yield f"    <str:Code id={quoteattr(key)}>"
        yield _name(codelist.codes[key], 5)
        yield "    </str:Code>"
    yield "   </str:Codelist>"


def _components() -> Iterable[str]:
    yield '     <str:DimensionList id="DimensionDescriptor">'
    place = 0
    for component in COMPONENTS:
        if component.role == "dimension":
            place += 1
            yield f'      <str:Dimension id="{component.id}" position="{place}">'
            yield from _inside(component)
            yield "      </str:Dimension>"
        elif component.role == "time":
            yield f'      <str:TimeDimension id="{component.id}">'
            yield from _inside(component)
            yield "      </str:TimeDimension>"
    yield "     </str:DimensionList>"
    yield '     <str:AttributeList id="AttributeDescriptor">'
    for component in COMPONENTS:
        if component.role == "attribute":
            yield f'      <str:Attribute id="{component.id}" usage="optional">'
            yield from _inside(component)
            yield "       <str:AttributeRelationship><str:Observation/></str:AttributeRelationship>"
            yield "      </str:Attribute>"
    yield "     </str:AttributeList>"
    yield '     <str:MeasureList id="MeasureDescriptor">'
    for component in COMPONENTS:
        if component.role == "measure":
            yield f'      <str:Measure id="{component.id}" usage="mandatory">'
            yield from _inside(component)
            yield "      </str:Measure>"
    yield "     </str:MeasureList>"


def _inside(component: Component) -> Iterable[str]:
    concept = f"{_URN}.conceptscheme.Concept={AGENCY}:CS_{FLOW}({VERSION}).{component.id}"
    yield f"       <str:ConceptIdentity>{concept}</str:ConceptIdentity>"
    if component.codelist:
        listed = f"{_URN}.codelist.Codelist={AGENCY}:CL_{component.codelist}({VERSION})"
        form = f"<str:Enumeration>{listed}</str:Enumeration>"
    else:
        form = f'<str:TextFormat textType="{component.kind}"/>'
    yield f"       <str:LocalRepresentation>{form}</str:LocalRepresentation>"


def _name(text: str, indent: int) -> str:
    plain = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return f'{" " * indent}<com:Name xml:lang="en">{escape(plain)}</com:Name>'
